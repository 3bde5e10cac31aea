//! From a wall clock to the moment that it shows.
//!
//! The invariant: the two odd nights of a year give a moment as well, and always the same one. What this is not: the
//! way back; chrono has that, and it is never in doubt.

use crate::Moment;
use chrono::{Duration, LocalResult, NaiveDateTime, TimeZone};

/// The moment at which clocks of the zone show this time; `None` only where the calendar itself ends.
pub fn moment<Z: TimeZone>(zone: &Z, time: NaiveDateTime) -> Option<Moment> {
    let moment = match zone.from_local_datetime(&time) {
        LocalResult::Single(moment) => Some(moment),
        // Clocks went back: the time comes twice. The earlier one is the safe guess, for an end as for an opening.
        LocalResult::Ambiguous(first, _) => Some(first),
        // Clocks went forward over it: the day still goes on, one hour later.
        LocalResult::None => zone.from_local_datetime(&time.checked_add_signed(Duration::hours(1))?).earliest(),
    };
    moment.map(|moment| moment.to_utc())
}
