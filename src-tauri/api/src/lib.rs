//! The local HTTP and socket door, and the one client trait that every front end speaks to.

pub mod client;

pub use client::{Answer, Browser, Client, HandedOut, NewAccount, Refreshing, SignIn};
