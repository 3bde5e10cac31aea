//! Which programs were given which token: what the window shows, and nothing is decided by.
//!
//! The invariant: it stays small, however many names programs give themselves. What this is not: kept on disk; at the
//! start it is filled from the ledger.

use crate::view::{BotVia, BotView};
use daypass_domain::ledger::{CLIPBOARD, Via};
use daypass_domain::{Generation, Moment, Plain};
use std::collections::HashMap;

/// More programs than this are a mistake of one of them; the ones that came last are kept.
const KEPT: usize = 64;

/// Each program with the newest token that it has.
#[derive(Clone, Debug, Default)]
pub struct Bots(HashMap<Plain, Taken>);

#[derive(Clone, Copy, Debug)]
struct Taken {
    via: Via,
    generation: Generation,
    at: Moment,
    /// In this run of the program, not before it.
    now: bool,
}

impl Bots {
    /// A program was given a token: that is the one it has, whatever number it has had before, and whatever the clock said.
    pub fn took(&mut self, name: Plain, via: Via, (generation, at): (Generation, Moment)) {
        self.has(name, Taken { via, generation, at, now: true });
    }

    /// The same from before the start, in its order: whoever has taken one since has that one.
    pub fn had(&mut self, name: Plain, via: Via, (generation, at): (Generation, Moment)) {
        if !self.0.get(&name).is_some_and(|taken| taken.now) {
            self.has(name, Taken { via, generation, at, now: false });
        }
    }

    /// Places where tokens are put are shown by themselves, and a person's own copy is no program's.
    fn has(&mut self, name: Plain, taken: Taken) {
        if taken.via == Via::Outlet || name.as_str() == CLIPBOARD {
            return;
        }
        self.0.insert(name, taken);
        if self.0.len() > KEPT {
            let oldest = self.0.iter().min_by_key(|(_, taken)| taken.at).map(|(name, _)| name.clone());
            oldest.map(|name| self.0.remove(&name));
        }
    }

    /// For everybody's eyes, the last one first.
    pub(crate) fn views(&self, current: Generation) -> Vec<BotView> {
        let view = |(name, taken): (&Plain, &Taken)| BotView {
            name: name.to_string(),
            via: match taken.via {
                Via::Socket => BotVia::Socket,
                Via::Http => BotVia::Http,
                Via::Terminal => BotVia::Terminal,
                Via::Outlet => BotVia::Outlet,
            },
            generation: taken.generation.0,
            at: taken.at,
            current: taken.generation == current,
        };
        let mut views: Vec<_> = self.0.iter().map(view).collect();
        views.sort_by(|one, other| other.at.cmp(&one.at).then_with(|| one.name.cmp(&other.name)));
        views
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;

    #[test]
    fn each_program_shows_its_newest_token_and_the_oldest_ones_go() {
        let mut bots = Bots::default();
        let at = |minutes| Moment::UNIX_EPOCH + Duration::minutes(minutes);
        bots.took("screener".into(), Via::Http, (Generation(1), at(0)));
        bots.took("screener".into(), Via::Http, (Generation(2), at(1)));
        bots.had("screener".into(), Via::Socket, (Generation(3), at(9)));
        bots.took("other".into(), Via::Socket, (Generation(57), at(0)));
        // Nobody counts on for ever, and a clock may be set back.
        bots.took("other".into(), Via::Socket, (Generation(2), at(-1)));
        bots.had("old.py".into(), Via::Terminal, (Generation(2), at(-3)));
        bots.had("old.py".into(), Via::Terminal, (Generation(1), at(-2)));
        bots.took(CLIPBOARD.into(), Via::Socket, (Generation(2), at(4)));
        bots.took("json_file".into(), Via::Outlet, (Generation(2), at(4)));
        bots.took("bot.py".into(), Via::Terminal, (Generation(1), at(3)));
        let seen: Vec<_> =
            bots.views(Generation(2)).into_iter().map(|bot| (bot.name, bot.generation, bot.current)).collect();
        let expected = [("bot.py", 1, false), ("screener", 2, true), ("other", 2, true), ("old.py", 1, false)];
        assert_eq!(seen, expected.map(|(name, generation, current)| (name.to_owned(), generation, current)));
        for number in 0..100_i64 {
            bots.took(format!("{number}").into(), Via::Socket, (Generation(3), at(10 + number)));
        }
        let kept = bots.views(Generation(3));
        assert_eq!((kept.len(), kept[0].name.as_str()), (KEPT, "99"));
    }
}
