//! The manager under a fake clock: tables of its decisions, whole days as a page, and laws over random days.
//!
//! One binary, so that it is linked once. No thread, no sleep, no network: time is a number here.

mod crank;
mod days_calendar;
mod days_market;
mod days_oauth2;
mod days_person;
mod days_practice;
mod days_upstox;
mod disk;
mod laws;
mod outages;
mod readiness;
mod readme;
mod signing_in;
mod tables;
mod tables_ladder;
mod tables_next;
mod views;
mod year;
