//! The world's hands: what the manager wants is done by the models, and their answers come back as events.
//!
//! The invariant: an answer is never given at once, but comes in its turn. What this is not: a judge; `check` is.

use super::record::Entry;
use super::{Coming, World};
use chrono::Duration;
use daypass_domain::{AccountId, Attempt, Problem, Remedy};
use daypass_manager::event::Ticket;
use daypass_manager::notice::{Action, Telling};
use daypass_manager::{Answer, Ask, Effect, Event, Opening, Trip};

const GONE: Problem = Problem::new(Opening::NOBODY_THERE, "Nobody is there.", "Nothing was begun.", Remedy::TryAgain);
const PORT_TAKEN: Problem = Problem::new("port_taken", "Port 5001 is taken.", "End what holds it.", Remedy::FixSetting);
const NO_BROWSER: Problem =
    Problem::new("no_browser", "No browser could be opened.", "Copy the link.", Remedy::TryAgain);
const DENIED: Problem =
    Problem::new("access_denied", "You said no at the broker.", "Sign in again.", Remedy::SignInAgain);

impl World {
    fn come(&mut self, after: Duration, coming: Coming) {
        self.coming.push_back((self.now + after, coming));
    }

    fn answer(&mut self, after: Duration, id: AccountId, attempt: Attempt, answer: Answer) {
        self.come(after, Coming::Event(Event::Answer(id, attempt, answer)));
    }

    pub(super) fn carry_out(&mut self, effect: Effect) {
        let (now, takes) = (self.now, self.broker.takes);
        match effect {
            Effect::Load(..) | Effect::Save(..) if self.vault.hangs(now) => {}
            Effect::Load(id, attempt) => self.come(self.vault.takes, Coming::Load(id, attempt)),
            Effect::Save(id, attempt, stored) => self.come(self.vault.takes, Coming::Save(id, attempt, stored)),
            Effect::Erase(id) => drop(self.vault.disk.remove(&id)),
            Effect::Listen { account, attempt, open } => self.listen(account, attempt, open),
            Effect::OpenBrowser(id, attempt) => self.open_tab(id, attempt),
            Effect::Exchange(id, attempt, code) => {
                let answer = Answer::Exchanged(self.broker.exchange(&id, &code, now));
                self.answer(takes, id, attempt, answer);
            }
            Effect::Probe(id, attempt, grant) => {
                let trip = Trip { retry_after: self.broker.retry_after, took: Some(takes) };
                let answer = Answer::Probed(self.broker.probe(&id, &grant, now), trip);
                self.answer(takes, id, attempt, answer);
            }
            Effect::Renew(id, attempt, grant) => {
                let answer = Answer::Renewed(self.broker.renew(&id, &grant, now));
                self.answer(takes, id, attempt, answer);
            }
            Effect::Revoke(id, attempt, grant) => {
                let answer = Answer::Revoked(self.broker.revoke(&id, &grant, now));
                self.answer(takes, id, attempt, answer);
            }
            Effect::Tell(telling) => self.tell(telling),
            Effect::Close(id, _, ending) => self.record.note(now, &id, Entry::Closed(ending)),
            Effect::Deliver(id, generation) => self.record.note(now, &id, Entry::Delivered(generation)),
            Effect::Log(id, level, line) => self.record.note(now, &id, Entry::Log(level, line)),
            Effect::Reply(ticket, reply) => {
                let nobody = self.setups[0].account.id.clone();
                self.record.note(now, &nobody, Entry::Replied(ticket, reply));
            }
            Effect::Calendar(id, attempt, _) => {
                let answer = Answer::Calendar(self.broker.calendar(&id, self.calendar.clone(), now));
                self.answer(takes, id, attempt, answer);
            }
            Effect::LookAround(id, attempt) => {
                let answer = Answer::Looked(self.findings.clone());
                self.answer(Duration::zero(), id, attempt, answer);
            }
            Effect::Record(entry) => self.record.ledger.push(entry),
            Effect::Changed => {}
        }
    }

    fn listen(&mut self, id: AccountId, attempt: Attempt, open: Opening) {
        if open == Opening::IfSomebodyIsThere && self.gone {
            return self.answer(Duration::zero(), id, attempt, Answer::Listening(Err(GONE)));
        }
        if self.port_taken {
            return self.answer(Duration::zero(), id, attempt, Answer::Listening(Err(PORT_TAKEN)));
        }
        self.record.note(self.now, &id, Entry::Listening);
        let url = format!("http://127.0.0.1:9/dialog?attempt={}", attempt.0);
        self.answer(Duration::zero(), id.clone(), attempt, Answer::Listening(Ok(url)));
        if open != Opening::No {
            self.open_tab(id, attempt);
        }
    }

    fn open_tab(&mut self, id: AccountId, attempt: Attempt) {
        if self.no_browser {
            return self.answer(Duration::zero(), id, attempt, Answer::Opened(Err(NO_BROWSER)));
        }
        self.record.note(self.now, &id, Entry::Tab);
        self.answer(Duration::zero(), id.clone(), attempt, Answer::Opened(Ok(())));
        if let Some(after) = self.person.signs_in {
            let returned = if self.person.denies { Err(DENIED) } else { Ok(self.broker.code()) };
            self.answer(after, id, attempt, Answer::Returned(returned));
        }
    }

    fn tell(&mut self, telling: Telling) {
        if let (Telling::Show(notice), Some(after)) = (&telling, self.person.clicks)
            && notice.actions.contains(&Action::SignIn)
            && let Ok(id) = AccountId::new(notice.account.clone())
        {
            self.tickets += 1;
            let ask = Event::Ask(id, Ask::SignIn { open: true }, Ticket(self.tickets));
            self.come(after, Coming::Event(ask));
        }
        self.record.tell(self.now, telling);
    }
}
