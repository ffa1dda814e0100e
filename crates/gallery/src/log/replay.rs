//! Reading a log back.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::Log;
use super::frame::{MAGIC, PREFIX_BYTES, Prefix};
use super::header::{self, FORMAT, Header, HeaderPrefix};
use crate::change::Change;
use crate::codec::{Malformed, Take};
use crate::error::OpenError;

/// Bytes read at once: the file is read once, from one end to the other.
const READ_BYTES: usize = 1 << 20;

/// What is being made of a log.
pub(crate) trait Replay: Sized {
    fn begin(header: &Header) -> Self;
    fn apply(&mut self, change: Change) -> Result<(), Malformed>;
}

/// A log that was read.
#[derive(Debug)]
pub(crate) struct Opened<R> {
    pub(crate) log: Log,
    pub(crate) replayed: R,
    /// Bytes at the end that were no complete frame, and were cut off.
    pub(crate) discarded_bytes: u64,
}

impl Log {
    /// Replays the file's changes and makes it ready for more.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is of a newer format, or is damaged where a crash does not damage it. It is left as it
    /// is.
    pub(crate) fn open<R: Replay>(path: &Path) -> Result<Opened<R>, OpenError> {
        let mut options = OpenOptions::new();
        let file = options
            .read(true)
            .write(true)
            .open(path)
            .map_err(OpenError::io("opening", path))?;
        let mut reader = Reader {
            bytes: BufReader::with_capacity(READ_BYTES, file),
            path,
            offset: 0,
        };
        let header = reader.header()?;
        let mut replayed = R::begin(&header);
        let mut next_frame = 0;
        let mut sealed = false;
        let mut payload = Vec::new();
        let torn = loop {
            let start = reader.offset;
            match reader.frame(&header, next_frame, &mut payload)? {
                Frame::None => break false,
                Frame::Bad(what) => {
                    reader.must_be_the_last(&header, start, next_frame, what)?;
                    break true;
                }
                Frame::Good => {
                    replay(&payload, &header, &mut replayed)
                        .map_err(|error| reader.damaged(start, error.0))?;
                    next_frame += 1;
                    sealed = payload.is_empty();
                }
            }
        };
        let Reader {
            bytes, offset: end, ..
        } = reader;
        let mut file = bytes.into_inner();
        let mut discarded_bytes = 0;
        let finished = (|| {
            if torn {
                discarded_bytes = file.metadata()?.len().saturating_sub(end);
                file.set_len(end)?;
            }
            // The last frame may be one that nobody waited for. The next must not reach the disk before it.
            file.sync_all()?;
            file.seek(SeekFrom::Start(end))
        })();
        finished.map_err(OpenError::io("recovering", path))?;
        let log = Self {
            file,
            path: path.into(),
            header,
            end,
            next_frame,
            sealed,
            failed: None,
        };
        Ok(Opened {
            log,
            replayed,
            discarded_bytes,
        })
    }
}

fn replay(payload: &[u8], header: &Header, replayed: &mut impl Replay) -> Result<(), Malformed> {
    let mut from = Take(payload);
    while !from.is_empty() {
        replayed.apply(Change::decode(&mut from, &header.model)?)?;
    }
    Ok(())
}

enum Frame {
    Good,
    /// The file ends here.
    None,
    Bad(&'static str),
}

struct Reader<'a> {
    bytes: BufReader<File>,
    path: &'a Path,
    /// Where the next byte comes from; where a bad frame begins, after one.
    offset: u64,
}

impl Reader<'_> {
    fn damaged(&self, offset: u64, what: &'static str) -> OpenError {
        OpenError::Damaged {
            file: self.path.into(),
            offset,
            what,
        }
    }

    fn io(&self) -> impl FnOnce(io::Error) -> OpenError + use<> {
        OpenError::io("reading", self.path)
    }

    /// Fills `bytes`, or returns how many there were.
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize, OpenError> {
        let mut filled = 0;
        while filled < bytes.len() {
            match self.bytes.read(&mut bytes[filled..]) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.io()(error)),
            }
        }
        self.offset += filled as u64;
        Ok(filled)
    }

    fn header(&mut self) -> Result<Header, OpenError> {
        let mut bytes = [0; header::PREFIX_BYTES];
        if self.read(&mut bytes)? < bytes.len() {
            return Err(self.damaged(0, "the file is too short"));
        }
        let prefix = HeaderPrefix::decode(&bytes).map_err(|error| self.damaged(0, error.0))?;
        if prefix.format != FORMAT {
            let file = self.path.into();
            return Err(OpenError::Format {
                file,
                found: prefix.format,
                supported: FORMAT,
            });
        }
        let mut body = vec![0; prefix.body_bytes.min(header::MAX_BODY_BYTES)];
        if self.read(&mut body)? < prefix.body_bytes {
            return Err(self.damaged(0, "the header is too short or too long"));
        }
        Header::decode(&body, prefix.body_crc).map_err(|error| self.damaged(0, error.0))
    }

    /// Reads the frame with number `number`. Unless it is good, the offset stays where it begins.
    fn frame(&mut self, header: &Header, number: u64, payload: &mut Vec<u8>) -> Result<Frame, OpenError> {
        let start = self.offset;
        let frame = self.try_frame(header, number, payload)?;
        if !matches!(frame, Frame::Good) {
            self.offset = start;
        }
        Ok(frame)
    }

    fn try_frame(&mut self, header: &Header, number: u64, payload: &mut Vec<u8>) -> Result<Frame, OpenError> {
        let mut bytes = [0; PREFIX_BYTES];
        match self.read(&mut bytes)? {
            0 => return Ok(Frame::None),
            PREFIX_BYTES => {}
            _ => return Ok(Frame::Bad("a frame ends too early")),
        }
        let Some(prefix) = Prefix::decode(header.file.as_bytes(), &bytes) else {
            return Ok(Frame::Bad("there is no frame"));
        };
        if prefix.number != number {
            // Complete, this file's, and not what was to come: no crash does that.
            return Err(self.damaged(self.offset - PREFIX_BYTES as u64, "a frame is missing"));
        }
        payload.clear();
        payload.resize(prefix.payload_bytes as usize, 0);
        if self.read(payload)? < payload.len() {
            return Ok(Frame::Bad("a frame ends too early"));
        }
        if crc32fast::hash(payload) != prefix.payload_crc {
            return Ok(Frame::Bad("the checksum of a frame is wrong"));
        }
        Ok(Frame::Good)
    }

    /// Looks behind the bad frame at `start` for the beginning of a later one: it would prove that the bad one once was
    /// good.
    fn must_be_the_last(
        &mut self,
        header: &Header,
        start: u64,
        number: u64,
        what: &'static str,
    ) -> Result<(), OpenError> {
        self.bytes.seek(SeekFrom::Start(start + 1)).map_err(self.io())?;
        let mut window = Vec::new();
        loop {
            let had = window.len();
            window.resize(had + READ_BYTES, 0);
            let mut filled = window.split_off(had);
            let n = self.read(&mut filled)?;
            window.extend_from_slice(&filled[..n]);
            let later = window
                .windows(PREFIX_BYTES)
                .filter_map(<[u8]>::first_chunk)
                .any(|bytes| {
                    bytes.starts_with(&MAGIC)
                        && Prefix::decode(header.file.as_bytes(), bytes).is_some_and(|it| number < it.number)
                });
            if later {
                return Err(self.damaged(start, what));
            }
            if n == 0 {
                self.offset = start;
                return Ok(());
            }
            // The beginning of a frame may straddle two windows.
            window.drain(..window.len().saturating_sub(PREFIX_BYTES - 1));
        }
    }
}
