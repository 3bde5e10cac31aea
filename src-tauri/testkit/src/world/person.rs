//! Somebody at the computer, or nobody.

use chrono::Duration;

/// What the person does when something is asked of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Person {
    /// Finishes a sign-in so long after its tab opened; `None`: never.
    pub signs_in: Option<Duration>,
    /// Denies instead of approving.
    pub denies: bool,
    /// Clicks "Sign in now" so long after a notification showed it; `None`: never.
    pub clicks: Option<Duration>,
}

impl Person {
    /// Nobody is there.
    pub const NOBODY: Self = Self { signs_in: None, denies: false, clicks: None };

    /// Finishes each sign-in after so long.
    pub fn signing_in_after(span: Duration) -> Self {
        Self { signs_in: Some(span), ..Self::NOBODY }
    }
}
