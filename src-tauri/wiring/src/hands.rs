//! Carries effects out: each one is started here and answers the manager by itself.
//!
//! Independent per account: a slow broker delays nobody else. What this is not: it decides nothing and retries nothing.

use crate::books::{Books, Known, SignIn};
use crate::clock::Asking;
use crate::courier::Courier;
use crate::look_around::{self, Surroundings};
use crate::strongroom::{Strongroom, random};
use chrono::{DateTime, FixedOffset};
use daypass_brokers::{Answer as BrokerAnswer, Artefact, BrokerError, Callback, Failure, Handshake, Probe};
use daypass_domain::{AccountId, Attempt, Grant, Moment, Problem, Remedy};
use daypass_login::{NotSaved, Page, Pass, Request};
use daypass_manager::event::Ending;
use daypass_manager::{Answer, Effect, Handle, Hands, Opening, Trip};
use std::sync::Arc;
use tokio::runtime;
use tokio::sync::oneshot;

/// The manager's hands.
pub(crate) struct Doer {
    pub(crate) books: Arc<Books>,
    pub(crate) strongroom: Strongroom,
    pub(crate) courier: Arc<Courier>,
    pub(crate) runtime: runtime::Handle,
    pub(crate) around: Surroundings,
}

impl Hands for Doer {
    fn carry_out(&mut self, effect: Effect, handle: &Handle) {
        let (books, handle) = (self.books.clone(), handle.clone());
        match effect {
            Effect::Load(account, attempt) => self.strongroom.load(handle, account, attempt),
            Effect::Save(account, attempt, stored) => self.strongroom.save(handle, account, attempt, *stored),
            Effect::Erase(account) if books.may_erase(&account) => {
                self.courier.erase(&account);
                self.strongroom.erase(account);
            }
            // A settings file that is broken, or was edited for a moment, must not cost a token.
            Effect::Erase(account) => tracing::info!(%account, "no longer in the settings; what is stored of it stays"),
            Effect::Listen { account, attempt, open } => {
                self.runtime.spawn(listen(books, handle, account, attempt, open));
            }
            Effect::OpenBrowser(account, attempt) => {
                let url = books.sign_in(&account, attempt, |sign_in| sign_in.url.clone());
                self.runtime.spawn(open_browser(books, handle, (account, attempt), url));
            }
            Effect::Close(account, attempt, ending) => close(&books, &account, attempt, ending),
            Effect::Exchange(account, attempt, artefact) => {
                self.runtime.spawn(exchange(books, handle, account, attempt, artefact));
            }
            Effect::Probe(account, attempt, grant) => {
                self.runtime.spawn(probe(books, handle, account, attempt, grant));
            }
            Effect::Renew(account, attempt, grant) => {
                self.runtime.spawn(renew(books, handle, account, attempt, grant));
            }
            Effect::Revoke(account, attempt, grant) => {
                self.runtime.spawn(revoke(books, handle, account, attempt, grant));
            }
            Effect::Calendar(account, attempt, grant) => {
                self.runtime.spawn(calendar(books, handle, (account, attempt), grant));
            }
            Effect::LookAround(account, attempt) => {
                self.runtime.spawn(look_around(books, handle, (account, attempt), self.around.clone()));
            }
            Effect::Record(entry) => {
                books.meters.happened(&entry);
                books.ledger.write(entry);
            }
            Effect::Deliver(account, generation) => self.courier.deliver(&account, generation),
            Effect::Tell(_) | Effect::Reply(..) | Effect::Log(..) | Effect::Changed => {}
        }
    }
}

async fn listen(books: Arc<Books>, handle: Handle, account: AccountId, attempt: Attempt, open: Opening) {
    if open == Opening::IfSomebodyIsThere && !somebody_is_there(&books).await {
        return handle.answer(account, attempt, Answer::Listening(Err(NOBODY_THERE)));
    }
    let opened = begin(&books, &account).await;
    let (mut waiting, handshake, url, known) = match opened {
        Ok(opened) => opened,
        Err(problem) => return handle.answer(account, attempt, Answer::Listening(Err(problem))),
    };
    let (finish, mut finished) = oneshot::channel();
    let sign_in =
        SignIn { attempt, known: known.clone(), handshake, url: url.clone(), paster: waiting.paster(), finish };
    if !books.sign_in_opened(account.clone(), sign_in) {
        return;
    }
    handle.answer(account.clone(), attempt, Answer::Listening(Ok(url.to_string())));
    if open != Opening::No {
        tokio::spawn(open_browser(books.clone(), handle.clone(), (account.clone(), attempt), Some(url)));
    }
    let page = tokio::select! {
        params = waiting.callback() => {
            let answer = known.broker.read_callback(&known.credentials, &Callback::new(params));
            handle.answer(account, attempt, Answer::Returned(answer));
            finished.await
        }
        page = &mut finished => page,
    };
    // A closed channel means that the program is ending; the browser is told so as well.
    waiting.finish(page.unwrap_or(Page::Cancelled)).await;
}

type Begun = (daypass_login::Waiting, Handshake, url::Url, Known);

/// Listener first, address second: no browser is ever sent to a closed port.
async fn begin(books: &Books, account: &AccountId) -> Result<Begun, Problem> {
    let known = books.known(account).ok_or(GONE)?;
    let (mut state, mut verifier) = ([0; 32], [0; 32]);
    random(&mut state);
    random(&mut verifier);
    let secrets = daypass_login::Handshake::from_random(state, verifier);
    let handshake = Handshake { state: secrets.state, pkce_verifier: secrets.pkce_verifier };
    let url = known.broker.authorize_url(&known.credentials, &handshake)?;
    let request = Request {
        redirect: known.credentials.account.redirect_uri.clone(),
        state: handshake.state.clone(),
        broker_name: known.broker.profile().name.to_owned(),
    };
    let waiting = daypass_login::open(request).await?;
    Ok((waiting, handshake, url, known))
}

async fn open_browser(books: Arc<Books>, handle: Handle, whose: (AccountId, Attempt), url: Option<url::Url>) {
    let (account, attempt) = whose;
    let opened = match (&books.opener, url) {
        (Some(opener), Some(url)) => opener.open(&url).await,
        (None, _) => Err(NO_OPENER),
        // The sign-in is over already.
        (_, None) => return,
    };
    if let Err(problem) = &opened {
        tracing::warn!(%account, "The browser did not open: {problem}");
    }
    handle.answer(account, attempt, Answer::Opened(opened));
}

/// Idleness often shows only to whoever asks. Where nobody can be asked, the manager's own knowledge was enough.
async fn somebody_is_there(books: &Books) -> bool {
    match books.watching.get() {
        Some(watching) => watching.who_is_there().await != daypass_domain::Presence::Away,
        None => true,
    }
}

async fn calendar(books: Arc<Books>, handle: Handle, whose: (AccountId, Attempt), grant: Option<Grant>) {
    let (account, attempt) = whose;
    let answer = match books.known(&account) {
        Some(known) => books.almanac.fetch(&books, &known, grant.as_ref()).await,
        None => Err(GONE),
    };
    handle.answer(account, attempt, Answer::Calendar(answer));
}

async fn look_around(books: Arc<Books>, handle: Handle, whose: (AccountId, Attempt), around: Surroundings) {
    let (account, attempt) = whose;
    let findings = match (books.known(&account), handle.look_at(&account).await) {
        (Some(known), Some((view, vault))) => look_around::look(&around, &known, (&view, &vault)).await,
        _ => Vec::new(),
    };
    handle.answer(account, attempt, Answer::Looked(findings));
}

/// A question to a broker: its own words also tell what time it is there.
struct Question {
    books: Arc<Books>,
    handle: Handle,
    asking: Asking,
    began: Moment,
    /// The practice broker of this very computer has no clock of its own.
    practice: bool,
}

impl Question {
    fn to(known: &Known, books: &Arc<Books>, handle: &Handle) -> Self {
        let (asking, began) = (books.clock.asking(), books.now());
        let practice = known.credentials.account.practice;
        Self { books: books.clone(), handle: handle.clone(), asking, began, practice }
    }

    fn heard(&self, ahead: Option<chrono::Duration>) {
        if !self.practice && ahead.is_some_and(|ahead| self.books.clock.heard(self.asking, ahead)) {
            self.books.clock.tell(&self.handle);
        }
    }

    #[expect(clippy::result_large_err, reason = "made once per request, and sent on in an event of the same size")]
    fn plain<T>(&self, answer: BrokerAnswer<T>) -> Result<T, BrokerError> {
        answer.map(|reached| {
            self.heard(reached.clock_skew);
            reached.value
        })
    }
}

async fn exchange(books: Arc<Books>, handle: Handle, account: AccountId, attempt: Attempt, artefact: Artefact) {
    let begun = books.sign_in(&account, attempt, |sign_in| (sign_in.known.clone(), sign_in.handshake.clone()));
    let answer = match begun {
        Some((known, handshake)) => {
            let (net, question) = (books.network().await, Question::to(&known, &books, &handle));
            question.plain(known.broker.exchange(&net, &known.credentials, &handshake, &artefact).await)
        }
        None => Err(gone()),
    };
    handle.answer(account, attempt, Answer::Exchanged(answer));
}

async fn probe(books: Arc<Books>, handle: Handle, account: AccountId, attempt: Attempt, grant: Grant) {
    let (answer, trip) = match books.known(&account) {
        Some(known) => {
            let question = Question::to(&known, &books, &handle);
            let reached = known.broker.probe(&books.network().await, &known.credentials, &grant).await;
            let trip = Trip { retry_after: reached.retry_after, took: Some(books.now() - question.began) };
            // Whatever stands between us and the broker has a clock of its own.
            if !matches!(reached.value, Probe::Unknown(_)) {
                question.heard(reached.clock_skew);
            }
            (reached.value, trip)
        }
        None => (Probe::Unknown(GONE), Trip::default()),
    };
    handle.answer(account, attempt, Answer::Probed(answer, trip));
}

async fn renew(books: Arc<Books>, handle: Handle, account: AccountId, attempt: Attempt, grant: Grant) {
    let answer = match books.known(&account) {
        Some(known) => {
            let question = Question::to(&known, &books, &handle);
            question.plain(known.broker.renew(&books.network().await, &known.credentials, &grant).await)
        }
        None => Err(gone()),
    };
    handle.answer(account, attempt, Answer::Renewed(answer));
}

async fn revoke(books: Arc<Books>, handle: Handle, account: AccountId, attempt: Attempt, grant: Grant) {
    let answer = match books.known(&account) {
        Some(known) => {
            let question = Question::to(&known, &books, &handle);
            question.plain(known.broker.revoke(&books.network().await, &known.credentials, &grant).await)
        }
        None => Err(gone()),
    };
    handle.answer(account, attempt, Answer::Revoked(answer));
}

fn close(books: &Books, account: &AccountId, attempt: Attempt, ending: Ending) {
    let Some(sign_in) = books.sign_in_closed(account, attempt) else { return };
    let now = books.now();
    let _ = sign_in.finish.send(page(ending, now));
}

fn page(ending: Ending, now: Moment) -> Page {
    match ending {
        Ending::SignedIn { not_saved: Some(problem), .. } if problem.code == "VAULT_LOCKED" => {
            Page::SignedInNotSaved(NotSaved::KeyringLocked)
        }
        Ending::SignedIn { not_saved: Some(problem), .. } => Page::SignedInNotSaved(NotSaved::Other(problem)),
        Ending::SignedIn { proven: false, .. } => Page::Failed(UNPROVEN),
        Ending::SignedIn { user, until, took, .. } => {
            let pass = Pass { user, until: until.map(local), said_yes_at: local(now), took };
            Page::SignedIn(pass)
        }
        Ending::WrongUser { got, wanted } => Page::WrongUser { got, wanted },
        Ending::TooLate { waited } => Page::TooLate { waited, until: local(now) },
        Ending::Cancelled => Page::Cancelled,
        Ending::Failed(problem) if problem.code == "access_denied" => Page::Denied,
        Ending::Failed(problem) => Page::Failed(problem),
    }
}

fn local(moment: Moment) -> DateTime<FixedOffset> {
    moment.with_timezone(&crate::clock::local_offset())
}

fn gone() -> BrokerError {
    BrokerError { failure: Failure::NotSent, problem: GONE, retry_after: None }
}

const NOBODY_THERE: Problem = Problem::new(
    Opening::NOBODY_THERE,
    "Nobody is at this computer, so that no browser was opened.",
    "Sign in when you are there.",
    Remedy::SignInAgain,
);

const NO_OPENER: Problem = Problem::new(
    "no_browser",
    "No browser can be opened here.",
    "Copy the link and open it in a browser yourself.",
    Remedy::TryAgain,
);

const GONE: Problem = Problem::new(
    "account_gone",
    "The account was removed while it was in use.",
    "There is nothing to do.",
    Remedy::TryAgain,
);

const UNPROVEN: Problem = Problem::new(
    "unproven",
    "Signed in, but the broker has not confirmed the new token yet.",
    "Daypass keeps asking; look there before you trade.",
    Remedy::TryAgain,
);
