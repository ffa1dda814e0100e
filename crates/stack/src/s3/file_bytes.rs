//! Part of a file as a stream.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    ops::Range,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures::Stream;
use s3s::{
    StdError,
    stream::{ByteStream, RemainingLength},
};

/// Bytes read from the disk at a time.
const READ_BYTES: u64 = 256 * 1024;

/// Part of a file. The disk is read on threads that may block.
pub(super) struct FileBytes {
    remaining: u64,
    inner: Pin<Box<dyn Stream<Item = Result<Bytes, StdError>> + Send + Sync>>,
}

impl FileBytes {
    pub(super) fn new(file: File, bytes: Range<u64>) -> Self {
        let inner = futures::stream::try_unfold((file, bytes.clone()), |(mut file, left)| async move {
            if left.is_empty() {
                return Ok(None);
            }
            let step = (left.end - left.start).min(READ_BYTES);
            let read = tokio::task::spawn_blocking(move || {
                let mut chunk = vec![0; step as usize];
                file.seek(SeekFrom::Start(left.start))?;
                file.read_exact(&mut chunk)?;
                Ok::<_, std::io::Error>((Bytes::from(chunk), file))
            });
            let (chunk, file) = read
                .await
                .map_err(std::io::Error::other)
                .and_then(|it| it)
                .map_err(Box::new)?;
            Ok(Some((chunk, (file, left.start + step..left.end))))
        });
        Self {
            remaining: bytes.end - bytes.start,
            inner: Box::pin(inner),
        }
    }
}

impl Stream for FileBytes {
    type Item = Result<Bytes, StdError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.inner.as_mut().poll_next(cx);
        if let Poll::Ready(Some(Ok(chunk))) = &next {
            self.remaining = self.remaining.saturating_sub(chunk.len() as u64);
        }
        next
    }
}

impl ByteStream for FileBytes {
    fn remaining_length(&self) -> RemainingLength {
        usize::try_from(self.remaining)
            .map_or_else(|_| RemainingLength::unknown(), RemainingLength::new_exact)
    }
}
