//! Numbers and texts as bytes: little-endian, lengths before contents, nothing optional that is not said so.

use std::sync::Arc;

use uuid::Uuid;

use crate::index::Key;

/// Bytes that are not what they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Malformed(pub(crate) &'static str);

/// Appends to a buffer.
pub(crate) trait Put {
    fn put(&mut self, bytes: &[u8]);

    fn put_u8(&mut self, value: u8) {
        self.put(&[value]);
    }

    fn put_u32(&mut self, value: u32) {
        self.put(&value.to_le_bytes());
    }

    fn put_u64(&mut self, value: u64) {
        self.put(&value.to_le_bytes());
    }

    fn put_i64(&mut self, value: i64) {
        self.put(&value.to_le_bytes());
    }

    fn put_f32(&mut self, value: f32) {
        self.put(&value.to_le_bytes());
    }

    fn put_uuid(&mut self, value: Uuid) {
        self.put(value.as_bytes());
    }

    fn put_key(&mut self, value: Key) {
        self.put_u64(value.0);
    }

    fn put_keys(&mut self, values: &[Key]) {
        self.put_len(values.len());
        for value in values {
            self.put_key(*value);
        }
    }

    /// Lengths are bounded by the size of a frame, which fits.
    fn put_len(&mut self, len: usize) {
        self.put_u32(len as u32);
    }

    fn put_text(&mut self, text: &str) {
        self.put_len(text.len());
        self.put(text.as_bytes());
    }
}

impl Put for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Takes from the front of a slice.
#[derive(Debug)]
pub(crate) struct Take<'a>(pub(crate) &'a [u8]);

type Taken<T> = Result<T, Malformed>;

impl<'a> Take<'a> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn bytes(&mut self, len: usize) -> Taken<&'a [u8]> {
        let (taken, rest) = self
            .0
            .split_at_checked(len)
            .ok_or(Malformed("a record ends too early"))?;
        self.0 = rest;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Taken<[u8; N]> {
        let (taken, rest) = self
            .0
            .split_first_chunk()
            .ok_or(Malformed("a record ends too early"))?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(crate) fn u8(&mut self) -> Taken<u8> {
        self.array().map(u8::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Taken<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Taken<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn i64(&mut self) -> Taken<i64> {
        self.array().map(i64::from_le_bytes)
    }

    pub(crate) fn f32(&mut self) -> Taken<f32> {
        self.array().map(f32::from_le_bytes)
    }

    pub(crate) fn f32s(&mut self, n: usize) -> Taken<Box<[f32]>> {
        let (chunks, _) = self.bytes(n * size_of::<f32>())?.as_chunks();
        Ok(chunks.iter().map(|it| f32::from_le_bytes(*it)).collect())
    }

    pub(crate) fn uuid(&mut self) -> Taken<Uuid> {
        self.array().map(Uuid::from_bytes)
    }

    pub(crate) fn key(&mut self) -> Taken<Key> {
        self.u64().map(Key)
    }

    /// So many of what `take` takes. What is not there cannot make it allocate much.
    pub(crate) fn many<T>(&mut self, mut take: impl FnMut(&mut Self) -> Taken<T>) -> Taken<Vec<T>> {
        let n = self.u32()?;
        (0..n).map(|_| take(self)).collect()
    }

    pub(crate) fn keys(&mut self) -> Taken<Vec<Key>> {
        self.many(Self::key)
    }

    pub(crate) fn text(&mut self) -> Taken<&'a str> {
        let len = self.u32()? as usize;
        str::from_utf8(self.bytes(len)?).map_err(|_| Malformed("a text is not UTF-8"))
    }

    pub(crate) fn shared_text(&mut self) -> Taken<Arc<str>> {
        self.text().map(Arc::from)
    }
}
