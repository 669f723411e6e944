//! What a person is told, how and when: categories and channels, quiet hours, and addresses that
//! take no mail. One table for the web and the bot; the planner honours it.

mod broadcast;
mod category;
mod matrix;
mod news;
mod quiet;
mod report;
mod service;
mod suppression;
mod zone;

pub use broadcast::{
    Broadcast, BroadcastError, BroadcastState, NewBroadcast, Progress, ProgressMessage, SHOWN_TO_THE_END,
};
pub use category::Category;
pub use matrix::{LastChannel, MATRIX_CHANNELS, Matrix, PERSON_CHANNELS};
pub use news::{News, NewsError, NewsText};
pub use quiet::{MinuteOfDay, QuietHours};
pub use report::{MonthSum, Report};
pub use service::{ChannelState, Choice, Habits, PreferenceError, Preferences, Settings};
pub use suppression::{Suppression, SuppressionReason};
pub use zone::{Month, NoMonth, TimeZone, UnknownTimeZone};
