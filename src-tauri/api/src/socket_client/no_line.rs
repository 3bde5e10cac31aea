//! Where there are no Unix sockets: nobody can be reached, and says so at once.

use super::not_running;
use crate::client::Answer;
use futures::stream::BoxStream;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;

/// Leads nowhere; [`Line::try_out`] refuses, so nothing else is ever asked.
#[derive(Clone, Debug)]
pub(super) struct Line;

impl Line {
    pub(super) fn to(_path: &Path) -> Self {
        Self
    }

    pub(super) async fn try_out(&self) -> Answer<()> {
        Err(not_running())
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, _path: &str) -> Answer<T> {
        Err(not_running())
    }

    pub(super) async fn text(&self, _path: &str) -> Answer<String> {
        Err(not_running())
    }

    pub(super) async fn wait<T: DeserializeOwned>(&self, _path: &str, _limit: chrono::Duration) -> Answer<T> {
        Err(not_running())
    }

    pub(super) async fn wait_over(&self, _path: &str, _limit: chrono::Duration) -> Answer<()> {
        Err(not_running())
    }

    pub(super) async fn act(&self, _path: &str) -> Answer<()> {
        Err(not_running())
    }

    pub(super) async fn delete(&self, _path: &str) -> Answer<()> {
        Err(not_running())
    }

    pub(super) async fn tell(&self, _path: &str, _body: &impl Serialize) -> Answer<()> {
        Err(not_running())
    }

    pub(super) async fn post<T: DeserializeOwned>(&self, _path: &str, _body: &impl Serialize) -> Answer<T> {
        Err(not_running())
    }

    pub(super) async fn events<T: DeserializeOwned + 'static>(
        &self,
        _path: &str,
        _name: Option<&'static str>,
    ) -> Answer<BoxStream<'static, T>> {
        Err(not_running())
    }
}
