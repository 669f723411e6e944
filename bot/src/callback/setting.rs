//! The buttons of `/settings`.

use std::fmt;
use std::str::FromStr;

use aviso_core::delivery::ChannelKind;
use aviso_core::preference::{Category, Choice, MinuteOfDay, QuietHours, TimeZone};

use super::UnknownPress;

/// What a button of the settings does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setting {
    /// Shows everything.
    All,
    /// Shows one category.
    Category(Category),
    /// Switches one channel of a category on or off.
    Choose(Choice),
    /// Shows the choice of quiet hours.
    QuietHours,
    /// Sets the quiet hours, or none.
    SetQuiet(Option<QuietHours>),
    /// Asks for the time zone.
    TimeZone,
    /// Sets the time zone.
    SetTimeZone(TimeZone),
    /// Sends a link to an address that took no mail.
    TryMail,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("g"),
            Self::Category(category) => write!(f, "g:{}", category.as_str()),
            Self::Choose(Choice { category, channel, on }) => {
                write!(f, "g:{}:{}:{}", category.as_str(), channel.as_str(), u8::from(*on))
            }
            Self::QuietHours => f.write_str("gq"),
            Self::SetQuiet(None) => f.write_str("gq:off"),
            Self::SetQuiet(Some(quiet)) => write!(f, "gq:{}:{}", quiet.from().minutes(), quiet.until().minutes()),
            Self::TimeZone => f.write_str("gz"),
            Self::SetTimeZone(zone) => write!(f, "gz:{zone}"),
            Self::TryMail => f.write_str("gm"),
        }
    }
}

impl FromStr for Setting {
    type Err = UnknownPress;

    fn from_str(text: &str) -> Result<Self, UnknownPress> {
        let minute = |text: &str| text.parse().ok().and_then(MinuteOfDay::from_minutes).ok_or(UnknownPress);
        let parts: Vec<&str> = text.split(':').collect();
        Ok(match parts.as_slice() {
            ["g"] => Self::All,
            ["g", category] => Self::Category(Category::from_name(category).ok_or(UnknownPress)?),
            ["g", category, channel, on @ ("0" | "1")] => Self::Choose(Choice {
                category: Category::from_name(category).ok_or(UnknownPress)?,
                channel: ChannelKind::from_name(channel).ok_or(UnknownPress)?,
                on: *on == "1",
            }),
            ["gq"] => Self::QuietHours,
            ["gq", "off"] => Self::SetQuiet(None),
            ["gq", from, until] => {
                Self::SetQuiet(Some(QuietHours::new(minute(from)?, minute(until)?).ok_or(UnknownPress)?))
            }
            ["gz"] => Self::TimeZone,
            ["gz", zone] => Self::SetTimeZone(zone.parse().map_err(|_| UnknownPress)?),
            ["gm"] => Self::TryMail,
            _ => return Err(UnknownPress),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callback::BYTES_MAX;
    use aviso_core::preference::MATRIX_CHANNELS;

    #[test]
    fn every_setting_fits_and_reads_back() {
        let mut all =
            vec![Setting::All, Setting::QuietHours, Setting::SetQuiet(None), Setting::TimeZone, Setting::TryMail];
        let minute = |minutes| MinuteOfDay::from_minutes(minutes).unwrap();
        all.push(Setting::SetQuiet(QuietHours::new(minute(1_439), minute(1_438))));
        all.extend(TimeZone::all().map(Setting::SetTimeZone));
        for category in Category::ALL {
            all.push(Setting::Category(*category));
            for channel in MATRIX_CHANNELS {
                all.push(Setting::Choose(Choice { category: *category, channel, on: true }));
            }
        }
        for setting in all {
            let text = setting.to_string();
            assert!(text.len() <= BYTES_MAX, "{text}");
            assert_eq!(text.parse(), Ok(setting), "{text}");
        }
        for wrong in ["g:", "g:payments:telegram", "g:payments:telegram:2", "gq:1440:1", "gq:5:5", "gz:Nowhere", "gx"] {
            assert_eq!(wrong.parse::<Setting>(), Err(UnknownPress), "{wrong}");
        }
    }
}
