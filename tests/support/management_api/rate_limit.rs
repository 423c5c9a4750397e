//! The tenant's token bucket, over all requests to the Management API, and the three headers that tell of it.
use drawbridge::clock::unix_now;
use std::time::Instant;

/// A token bucket.
pub struct Bucket {
    rate: f64,
    burst: f64,
    tokens: f64,
    filled: Instant,
}

/// What the headers of an answer say.
#[derive(Debug, Clone, Copy)]
pub struct Headers {
    /// `x-ratelimit-limit`
    pub limit: u64,
    /// `x-ratelimit-remaining`
    pub remaining: u64,
    /// `x-ratelimit-reset`: when the bucket is full again, in seconds since 1970.
    pub reset: u64,
}

impl Bucket {
    /// A full one.
    pub fn new(rate: f64, burst: u32) -> Self {
        Self { rate, burst: f64::from(burst), tokens: f64::from(burst), filled: Instant::now() }
    }

    /// Takes a token; whether there was one.
    pub fn take(&mut self) -> (bool, Headers) {
        let now = Instant::now();
        self.tokens = (self.tokens + now.duration_since(self.filled).as_secs_f64() * self.rate).min(self.burst);
        self.filled = now;
        let taken = self.tokens >= 1.0;
        if taken {
            self.tokens -= 1.0;
        }
        (taken, self.headers())
    }

    /// Empties it.
    pub fn empty(&mut self) -> Headers {
        self.tokens = 0.0;
        self.filled = Instant::now();
        self.headers()
    }

    fn headers(&self) -> Headers {
        let missing = ((self.burst - self.tokens) / self.rate).ceil();
        Headers { limit: self.burst as u64, remaining: self.tokens as u64, reset: unix_now() + missing as u64 }
    }
}
