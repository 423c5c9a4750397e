//! Takes the rows of a COPY out of PostgreSQL's bytes as they come; every other message is passed on to the driver as it is.
//!
//! # Why before the driver
//! It makes a message of every row, hands it from task to task and gives its memory back: more work than to read the row. Here
//! rows are put behind each other until there are enough for a batch. It must never hand on the end of a COPY before its rows.
use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::mpsc,
};
use tokio_util::sync::PollSender;

/// Bytes of a batch.
const BATCH: usize = 256 * 1024;
/// Bytes that are read at a time.
const READ: usize = 64 * 1024;
/// A message's type and the length of what follows the type.
const HEADER: usize = 5;
/// The type of a row.
const ROW: u8 = b'd';

/// Where the rows come out.
pub(crate) struct Rows {
    batches: mpsc::Receiver<Vec<u8>>,
    heard: Arc<AtomicBool>,
}

/// What a tap is connected with.
#[derive(Clone)]
pub(crate) struct Outlet {
    batches: mpsc::Sender<Vec<u8>>,
    heard: Arc<AtomicBool>,
}

/// An outlet, and what comes out of it.
pub(crate) fn outlet() -> (Outlet, Rows) {
    let (sender, batches) = mpsc::channel(1);
    let heard = Arc::new(AtomicBool::new(false));
    (Outlet { batches: sender, heard: Arc::clone(&heard) }, Rows { batches, heard })
}

impl Rows {
    /// The next batch: what the server sent in its messages of rows, one behind the other.
    pub async fn next(&mut self) -> Option<Vec<u8>> {
        self.batches.recv().await
    }

    /// A batch that is here already.
    pub fn at_hand(&mut self) -> Option<Vec<u8>> {
        self.batches.try_recv().ok()
    }

    /// Whether the server has sent anything since this was asked last.
    pub fn heard(&self) -> bool {
        self.heard.swap(false, Ordering::Relaxed)
    }
}

/// A connection, without the rows.
pub(crate) struct Tap<S> {
    inner: S,
    /// What was read and not looked at yet lies between `from` and `to`.
    input: Vec<u8>,
    from: usize,
    to: usize,
    /// Bytes of the message that is under way.
    left: usize,
    is_row: bool,
    rows: Vec<u8>,
    batches: PollSender<Vec<u8>>,
    heard: Arc<AtomicBool>,
}

impl<S> Tap<S> {
    pub fn new(inner: S, outlet: Outlet) -> Self {
        let Outlet { batches, heard } = outlet;
        let batches = PollSender::new(batches);
        Self { inner, input: vec![0; READ], from: 0, to: 0, left: 0, is_row: false, rows: Vec::new(), batches, heard }
    }

    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// Hands the rows over that are there.
    fn poll_hand_over(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let gone = |_| io::Error::other("nobody reads the rows any more");
        ready!(self.batches.poll_reserve(cx)).map_err(gone)?;
        let rows = std::mem::replace(&mut self.rows, Vec::with_capacity(BATCH));
        Poll::Ready(self.batches.send_item(rows).map_err(gone))
    }

    /// Sorts what was read, until all is sorted or there is no room; `Pending` while nobody takes the rows.
    fn poll_sort(&mut self, cx: &mut Context<'_>, others: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            // A batch ends with a whole row.
            if self.left == 0 && self.rows.len() >= BATCH - BATCH / 8 {
                ready!(self.poll_hand_over(cx))?;
            }
            let input = self.input.get(self.from..self.to).unwrap_or_default();
            if self.left > 0 {
                let room = if self.is_row { usize::MAX } else { others.remaining() };
                let Some(piece) = input.get(..input.len().min(self.left).min(room)).filter(|piece| !piece.is_empty())
                else {
                    return Poll::Ready(Ok(()));
                };
                if self.is_row {
                    self.rows.extend_from_slice(piece);
                } else {
                    others.put_slice(piece);
                }
                self.left -= piece.len();
                self.from += piece.len();
                continue;
            }
            let Some([kind, length @ ..]) = input.first_chunk::<HEADER>() else { return Poll::Ready(Ok(())) };
            let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
            // The length counts itself.
            let content =
                length.checked_sub(HEADER - 1).ok_or_else(|| io::Error::other("a message without a length"))?;
            self.is_row = *kind == ROW;
            if self.is_row {
                self.from += HEADER;
                self.left = content;
            } else {
                if !self.rows.is_empty() {
                    ready!(self.poll_hand_over(cx))?;
                }
                self.left = content.saturating_add(HEADER);
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Tap<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, others: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let tap = self.get_mut();
        let before = others.filled().len();
        loop {
            let sorted = tap.poll_sort(cx, others);
            if others.filled().len() > before || others.remaining() == 0 {
                // What is there is for the driver, whatever hinders the next rows: they are met again.
                return Poll::Ready(Ok(()));
            }
            ready!(sorted)?;
            // What is left is less than a header.
            tap.input.copy_within(tap.from..tap.to, 0);
            tap.to -= tap.from;
            tap.from = 0;
            let mut room = ReadBuf::new(tap.input.get_mut(tap.to..).unwrap_or_default());
            ready!(Pin::new(&mut tap.inner).poll_read(cx, &mut room))?;
            let came = room.filled().len();
            if came == 0 {
                return Poll::Ready(Ok(()));
            }
            tap.to += came;
            tap.heard.store(true, Ordering::Relaxed);
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tap<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    fn message(kind: u8, content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len() + 4).expect("short").to_be_bytes();
        [&[kind], length.as_slice(), content].concat()
    }

    /// What comes out of a tap when bytes come in pieces: the batches of rows, and everything else.
    fn tapped(bytes: &[u8], pieces: &[usize]) -> (Vec<Vec<u8>>, Vec<u8>) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let (near, mut far) = tokio::io::duplex(300_000);
            let (outlet, mut rows) = outlet();
            let mut tap = Tap::new(near, outlet);
            let send = async move {
                let (mut rest, mut sizes) = (bytes, pieces.iter().cycle());
                while !rest.is_empty() {
                    let (piece, behind) = rest.split_at(rest.len().min(*sizes.next().expect("a cycle")));
                    far.write_all(piece).await.expect("somebody reads");
                    tokio::task::yield_now().await;
                    rest = behind;
                }
            };
            let pass = async move {
                let mut others = Vec::new();
                tap.read_to_end(&mut others).await.expect("whole messages");
                others
            };
            let take = async {
                let mut batches = Vec::new();
                while let Some(batch) = rows.next().await {
                    batches.push(batch);
                }
                batches
            };
            let ((), others, rows) = tokio::join!(send, pass, take);
            (rows, others)
        })
    }

    proptest! {
        #[test]
        fn rows_and_all_else_are_parted(
            messages in proptest::collection::vec((any::<bool>(), proptest::collection::vec(any::<u8>(), 0..400)), 0..40),
            pieces in proptest::collection::vec(1_usize..700, 1..9),
        ) {
            let (mut bytes, mut rows, mut others) = (Vec::new(), Vec::new(), Vec::new());
            for (is_row, content) in &messages {
                let message = message(if *is_row { ROW } else { b'Z' }, content);
                bytes.extend(&message);
                if *is_row { rows.extend(content) } else { others.extend(message) }
            }
            // A connection says something behind its last row.
            let end = message(b'c', b"");
            bytes.extend(&end);
            others.extend(&end);
            let (batches, passed) = tapped(&bytes, &pieces);
            prop_assert!((batches.concat(), passed) == (rows, others));
        }
    }

    #[test]
    fn more_than_a_batch_and_more_than_a_piece_is_parted() {
        let row = vec![7; 100_000];
        let notice = message(b'N', &vec![9; 200_000]);
        let bytes = [message(ROW, &row), message(ROW, &row), message(ROW, &row), notice.clone(), message(ROW, &row)];
        let bytes = [bytes.concat(), message(b'c', b"")].concat();
        let (batches, passed) = tapped(&bytes, &[50_000]);
        // Three rows are more than a batch: it does not end within the third.
        let lengths: Vec<_> = batches.iter().map(Vec::len).collect();
        assert_eq!(lengths, [300_000, 100_000]);
        assert!(batches.concat() == vec![7; 400_000] && passed == [notice, message(b'c', b"")].concat());
    }

    #[tokio::test]
    async fn the_end_waits_for_the_rows_before_it() {
        let (near, mut far) = tokio::io::duplex(4096);
        let (outlet, mut rows) = outlet();
        let mut tap = Tap::new(near, outlet);
        let bytes = [message(ROW, b"one"), message(b'c', b""), message(ROW, b"two"), message(b'c', b"")].concat();
        far.write_all(&bytes).await.expect("there is room");
        let mut others = [0; 10];
        tap.read_exact(&mut others[..5]).await.expect("the first end");
        // One batch is there and nobody takes it: there is no room for the second.
        let second = tokio::time::timeout(std::time::Duration::from_millis(50), tap.read_exact(&mut others[5..])).await;
        assert!(second.is_err() && rows.heard() && !rows.heard());
        assert_eq!(rows.at_hand().as_deref(), Some(b"one".as_slice()));
        tap.read_exact(&mut others[5..]).await.expect("the second end");
        assert_eq!(rows.at_hand().as_deref(), Some(b"two".as_slice()));
    }
}
