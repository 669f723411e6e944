//! What is read from the database and kept for a moment, so that not every payment asks for it again.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use crate::clock::Timestamp;
use crate::store::StoreError;

/// Something that may be a moment old.
#[derive(Debug)]
pub(crate) struct Kept<T> {
    good_for: Duration,
    known: Arc<Mutex<Option<Known<T>>>>,
}

#[derive(Debug)]
struct Known<T> {
    read_at: Timestamp,
    value: Arc<T>,
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Self { good_for: self.good_for, known: Arc::clone(&self.known) }
    }
}

impl<T> Kept<T> {
    /// Nothing yet; what will be read counts for this long.
    pub(crate) fn new(good_for: Duration) -> Self {
        Self { good_for, known: Arc::default() }
    }

    /// What is known, read anew when it is too old. A clock that went back makes it too old.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it cannot be read: what is too old is not used.
    pub(crate) async fn get(
        &self,
        now: Timestamp,
        read: impl AsyncFnOnce() -> Result<T, StoreError>,
    ) -> Result<Arc<T>, StoreError> {
        let mut known = self.known.lock().await;
        if let Some(Known { read_at, value }) = &*known
            && (*read_at..read_at.after(self.good_for)).contains(&now)
        {
            return Ok(Arc::clone(value));
        }
        let value = Arc::new(read().await?);
        *known = Some(Known { read_at: now, value: Arc::clone(&value) });
        Ok(value)
    }

    /// Forgets what was read: this process changed it.
    pub(crate) async fn forget(&self) {
        *self.known.lock().await = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_too_old_or_from_the_future_or_forgotten_is_read_again() {
        let kept = Kept::new(Duration::from_secs(5));
        let at = |secs: i64| Timestamp::from_micros(secs * 1_000_000);
        let read = async |now: Timestamp, value: u8| *kept.get(now, async || Ok(value)).await.unwrap();
        assert_eq!(read(at(100), 1).await, 1);
        assert_eq!(read(at(104), 2).await, 1);
        assert_eq!(read(at(105), 2).await, 2);
        assert_eq!(read(at(90), 3).await, 3);
        kept.forget().await;
        assert_eq!(read(at(90), 4).await, 4);
    }
}
