//! The day bar: one exchange day, midnight to midnight.
//!
//! The invariant: positions are hours from 0 to 24 on the exchange's clock, whatever the length of the day. What this is
//! not: drawing; the window does that.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One exchange day, midnight to midnight, for the bar. Positions are hours from 0 to 24 on the exchange's clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayView {
    /// The day's midnight.
    pub starts: DateTime<Utc>,
    /// How long this day takes; 86,400 unless it is a practice day or the clocks change.
    pub seconds: f64,
    /// IANA name of the exchange's zone.
    pub zone: String,
    /// Its short word: `IST`.
    pub zone_word: String,
    /// The spans of the lane, in order.
    pub spans: Vec<SpanView>,
    /// The token outlives this day.
    pub goes_on: bool,
    /// The broker's fixed cut-off.
    pub cut: Option<f64>,
    /// The owner's ready-by time; none if nothing trades on this day.
    pub ready: Option<f64>,
    /// When trading opens.
    pub open: Option<f64>,
    /// When trading closes.
    pub close: Option<f64>,
    /// Whether the market trades on this day at all.
    pub trades: bool,
    /// Why the day is not like its weekday, such as the name of a holiday.
    pub why: Option<String>,
}

/// A span of the lane.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpanView {
    /// Hours.
    pub from: f64,
    /// Hours.
    pub to: f64,
    /// How it is drawn.
    pub kind: SpanKind,
}

/// How a span is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SpanKind {
    /// Token time already used.
    Spent,
    /// Proven time still ahead.
    Left,
    /// Expected, not proven.
    Hope,
    /// No token.
    None,
}
