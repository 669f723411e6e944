//! The matrix: for each category, by which channels a person hears of it.

use crate::delivery::ChannelKind;
use crate::preference::Category;

/// The channels that reach a person, in the order in which they are tried.
pub const PERSON_CHANNELS: [ChannelKind; 2] = [ChannelKind::Telegram, ChannelKind::Email];

/// The columns of the matrix: the channels that reach a person, and the inbox of their pages, which waits
/// until they look.
pub const MATRIX_CHANNELS: [ChannelKind; 3] = [ChannelKind::Telegram, ChannelKind::Email, ChannelKind::Inbox];

/// A mandatory category keeps at least one channel that reaches its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{} keeps at least one channel", .0.as_str())]
pub struct LastChannel(pub Category);

/// Which channels are switched on for each category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Matrix([[bool; MATRIX_CHANNELS.len()]; Category::ALL.len()]);

impl Default for Matrix {
    fn default() -> Self {
        let mut rows = [[false; MATRIX_CHANNELS.len()]; Category::ALL.len()];
        for category in Category::ALL {
            rows[*category as usize] = [category.is_on_by_default(); MATRIX_CHANNELS.len()];
        }
        Self(rows)
    }
}

/// The column of a channel; none for webhooks, which reach no person.
const fn column(channel: ChannelKind) -> Option<usize> {
    match channel {
        ChannelKind::Telegram => Some(0),
        ChannelKind::Email => Some(1),
        ChannelKind::Inbox => Some(2),
        ChannelKind::Webhook => None,
    }
}

impl Matrix {
    /// Whether a category is switched on for a channel.
    #[must_use]
    pub const fn wants(&self, category: Category, channel: ChannelKind) -> bool {
        match column(channel) {
            Some(column) => self.0[category as usize][column],
            None => false,
        }
    }

    /// The same with one choice changed.
    ///
    /// # Errors
    ///
    /// [`LastChannel`] when a mandatory category would be left without any.
    pub fn with(self, category: Category, channel: ChannelKind, on: bool) -> Result<Self, LastChannel> {
        let next = self.as_chosen(category, channel, on);
        next.check()?;
        Ok(next)
    }

    /// The same with one choice changed, whatever comes of it. [`check`](Self::check) comes after.
    #[must_use]
    pub const fn as_chosen(mut self, category: Category, channel: ChannelKind, on: bool) -> Self {
        if let Some(column) = column(channel) {
            self.0[category as usize][column] = on;
        }
        self
    }

    /// Whether every mandatory category has a channel that reaches its person. The inbox is none: who was
    /// locked out cannot look.
    ///
    /// # Errors
    ///
    /// [`LastChannel`] names the first that has none.
    pub fn check(&self) -> Result<(), LastChannel> {
        let bare = Category::ALL.iter().find(|category| {
            category.is_mandatory() && !PERSON_CHANNELS.iter().any(|channel| self.wants(**category, *channel))
        });
        bare.map_or(Ok(()), |category| Err(LastChannel(*category)))
    }

    /// Every choice, in the order of categories and channels.
    pub fn choices(&self) -> impl Iterator<Item = (Category, ChannelKind, bool)> + '_ {
        Category::ALL.iter().flat_map(move |category| {
            MATRIX_CHANNELS.iter().map(move |channel| (*category, *channel, self.wants(*category, *channel)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_chose_nothing_hears_of_everything_but_what_is_asked_for() {
        for (category, channel, on) in Matrix::default().choices() {
            let asked_for = matches!(category, Category::Reports | Category::News);
            assert_eq!(on, !asked_for, "{category:?} {channel:?}");
        }
        assert!(!Matrix::default().wants(Category::Payments, ChannelKind::Webhook));
    }

    #[test]
    fn what_is_mandatory_keeps_a_channel() {
        let matrix = Matrix::default().with(Category::Security, ChannelKind::Email, false).unwrap();
        let refused = matrix.with(Category::Security, ChannelKind::Telegram, false);
        assert_eq!(refused, Err(LastChannel(Category::Security)));
        assert!(matrix.wants(Category::Security, ChannelKind::Inbox), "which is not enough");
        let silent = Matrix::default().with(Category::Payments, ChannelKind::Email, false).unwrap();
        assert!(silent.with(Category::Payments, ChannelKind::Telegram, false).is_ok());
    }
}
