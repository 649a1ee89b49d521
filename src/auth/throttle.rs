//! How often may be guessed: first freely, then ever slower, then not at all for a while. Knows names only by their hash.
//!
//! Counted are guesses per address, per user name, and per pair of both. A pair that has logged in before is not slowed by what others
//! do to the name, so that nobody can lock a person out from afar. The count runs down with time.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::base::Timestamp;

/// Entries of one generation; there are two. With 40 bytes each: about 5 MB at most.
const GENERATION_ENTRIES: usize = 32_768;
/// The first delay; each further guess doubles it.
const FIRST_DELAY: Duration = Duration::from_millis(250);

/// When a count slows and when it refuses.
struct Rule {
    /// Guesses without delay.
    free: u32,
    /// Guesses with a delay that doubles; after them refusal.
    slow: u32,
    /// In this time the count goes down by one.
    forget_one: Duration,
}

const OF_ADDRESS: Rule = Rule { free: 20, slow: 6, forget_one: Duration::from_secs(6) };
const OF_USER: Rule = Rule { free: 3, slow: 6, forget_one: Duration::from_secs(30) };

/// No guess is taken now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Throttled;

/// Counts of guesses. Bounded: when a generation is full, the one before it is forgotten.
#[derive(Debug)]
pub(super) struct Throttle {
    hasher: RandomState,
    generations: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    current: HashMap<u64, Count>,
    previous: HashMap<u64, Count>,
    entries: usize,
}

/// A count that runs down.
#[derive(Clone, Copy, Debug)]
struct Count {
    guesses: u32,
    since: Timestamp,
    /// The pair has logged in.
    is_trusted: bool,
}

impl Throttle {
    pub(super) fn new() -> Self {
        Self::with_entries(GENERATION_ENTRIES)
    }

    fn with_entries(entries: usize) -> Self {
        Self { hasher: RandomState::new(), generations: Mutex::new(Generations { entries, ..Generations::default() }) }
    }

    /// Whether a guess would be taken now. Counts nothing.
    pub(super) fn admit(&self, address: IpAddr, user: &str, now: Timestamp) -> Result<(), Throttled> {
        let keys = self.keys(address, user);
        let mut generations = self.lock();
        keys.judged(&mut generations)
            .into_iter()
            .try_for_each(|(key, rule)| rule.delay(generations.count(key, now, rule).guesses).map(|_| ()))
    }

    /// Counts a guess before it is looked at, so that guesses at the same moment see each other. How long to wait before looking.
    pub(super) fn count(&self, address: IpAddr, user: &str, now: Timestamp) -> Result<Duration, Throttled> {
        let keys = self.keys(address, user);
        let mut generations = self.lock();
        let judged = keys.judged(&mut generations);
        let mut longest = Duration::ZERO;
        for (key, rule) in &judged {
            longest = longest.max(rule.delay(generations.count(*key, now, rule).guesses)?);
        }
        for (key, rule) in judged {
            let count = generations.count(key, now, rule);
            generations.put(key, Count { guesses: count.guesses.saturating_add(1), ..count });
        }
        Ok(longest)
    }

    /// The guess that was counted last was right: the pair starts anew, the others take this one guess back.
    ///
    /// No more is taken back: who knows one password could otherwise guess at others for ever.
    pub(super) fn succeeded(&self, address: IpAddr, user: &str, now: Timestamp) {
        let keys = self.keys(address, user);
        let mut generations = self.lock();
        for (key, rule) in keys.judged(&mut generations) {
            let count = generations.count(key, now, rule);
            generations.put(key, Count { guesses: count.guesses.saturating_sub(1), ..count });
        }
        generations.put(keys.pair, Count { guesses: 0, since: now, is_trusted: true });
    }

    fn keys(&self, address: IpAddr, user: &str) -> Keys {
        let network = network(address);
        Keys {
            address: self.hasher.hash_one(("address", network)),
            user: self.hasher.hash_one(("user", user)),
            pair: self.hasher.hash_one(("pair", network, user)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Generations> {
        // A panic between two writes leaves counts that are off by one at worst.
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Keys {
    address: u64,
    user: u64,
    pair: u64,
}

impl Keys {
    /// The counts that a guess is judged by.
    fn judged(&self, generations: &mut Generations) -> Vec<(u64, &'static Rule)> {
        match generations.find(self.pair).is_some_and(|count| count.is_trusted) {
            true => vec![(self.address, &OF_ADDRESS), (self.pair, &OF_USER)],
            false => vec![(self.address, &OF_ADDRESS), (self.pair, &OF_USER), (self.user, &OF_USER)],
        }
    }
}

impl Generations {
    fn find(&self, key: u64) -> Option<Count> {
        self.current.get(&key).or_else(|| self.previous.get(&key)).copied()
    }

    /// The count as it has run down by now.
    fn count(&self, key: u64, now: Timestamp, rule: &Rule) -> Count {
        let Some(count) = self.find(key) else { return Count { guesses: 0, since: now, is_trusted: false } };
        let forgotten = now.since(count.since).as_micros() / rule.forget_one.as_micros().max(1);
        let forgotten = u32::try_from(forgotten).unwrap_or(u32::MAX);
        if forgotten >= count.guesses {
            return Count { guesses: 0, since: now, ..count };
        }
        let since = count.since.plus(rule.forget_one.saturating_mul(forgotten));
        Count { guesses: count.guesses - forgotten, since, ..count }
    }

    fn put(&mut self, key: u64, count: Count) {
        if self.current.len() >= self.entries && !self.current.contains_key(&key) {
            self.previous = std::mem::take(&mut self.current);
        }
        self.current.insert(key, count);
    }
}

impl Rule {
    /// The delay before the next guess after so many.
    fn delay(&self, guesses: u32) -> Result<Duration, Throttled> {
        let Some(beyond) = guesses.checked_sub(self.free) else { return Ok(Duration::ZERO) };
        match beyond < self.slow {
            true => Ok(FIRST_DELAY.saturating_mul(2_u32.saturating_pow(beyond))),
            false => Err(Throttled),
        }
    }
}

/// Who owns one address of IPv6 owns the /64 around it.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(1_700_000_000_000_000 + seconds * 1_000_000)
    }

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    /// Guesses until one is refused; the delays before each.
    fn guess(throttle: &Throttle, address: IpAddr, user: &str, now: Timestamp) -> Vec<u64> {
        std::iter::from_fn(|| throttle.count(address, user, now).ok().map(|delay| delay.as_millis() as u64)).take(1000).collect()
    }

    #[test]
    fn guesses_are_free_then_ever_slower_then_refused_and_time_heals() {
        let throttle = Throttle::new();
        assert_eq!(guess(&throttle, address(1), "jane", at(0)), [0, 0, 0, 250, 500, 1000, 2000, 4000, 8000]);
        assert_eq!(throttle.admit(address(1), "jane", at(0)), Err(Throttled));
        assert_eq!(throttle.admit(address(1), "john", at(0)), Ok(()));
        assert!(guess(&throttle, address(1), "jane", at(29)).is_empty());
        assert_eq!(guess(&throttle, address(1), "jane", at(30)), [8000]);
        assert_eq!(guess(&throttle, address(1), "jane", at(3600)).len(), 9);
    }

    #[test]
    fn a_name_that_is_guessed_at_from_everywhere_still_opens_where_it_opened_before() {
        let throttle = Throttle::new();
        throttle.count(address(1), "jane", at(0)).unwrap();
        throttle.succeeded(address(1), "jane", at(0));
        let taken: usize = (10..60).map(|last| guess(&throttle, address(last), "jane", at(1)).len()).sum();
        assert_eq!(taken, 9, "all addresses together have the guesses of one");
        assert_eq!(throttle.admit(address(99), "jane", at(1)), Err(Throttled));
        assert_eq!(throttle.count(address(1), "jane", at(1)), Ok(Duration::ZERO));
        assert_eq!(guess(&throttle, address(1), "jane", at(1)).len(), 8, "but it may not guess for ever either");
    }

    #[test]
    fn one_right_password_does_not_buy_guesses_at_others() {
        let throttle = Throttle::new();
        let mut taken = 0;
        for round in 0..100 {
            let user = format!("user{round}");
            taken += usize::from(throttle.count(address(1), &user, at(0)).is_ok());
            if throttle.count(address(1), "mallory", at(0)).is_ok() {
                throttle.succeeded(address(1), "mallory", at(0));
            }
        }
        assert_eq!(taken, 26);
    }

    #[test]
    fn success_lets_the_pair_start_anew() {
        let throttle = Throttle::new();
        for _ in 0..5 {
            throttle.count(address(1), "jane", at(0)).unwrap();
        }
        throttle.succeeded(address(1), "jane", at(0));
        assert_eq!(throttle.count(address(1), "jane", at(0)), Ok(Duration::ZERO));
    }

    #[test]
    fn an_ipv6_network_and_a_mapped_address_count_as_one() {
        let throttle = Throttle::new();
        let (one, other): (IpAddr, IpAddr) = ("2001:db8::1".parse().unwrap(), "2001:db8::ffff:2".parse().unwrap());
        guess(&throttle, one, "jane", at(0));
        assert_eq!(network(one), network(other));
        assert_ne!(network(one), network("2001:db8:0:1::1".parse().unwrap()));
        assert_eq!(network("::ffff:192.0.2.1".parse().unwrap()), address(1));
    }

    #[test]
    fn memory_is_bounded_whatever_names_are_tried() {
        let throttle = Throttle::with_entries(64);
        for round in 0..10_000_u32 {
            let address = IpAddr::from(round.to_be_bytes());
            throttle.count(address, &round.to_string(), at(0)).unwrap();
        }
        let generations = throttle.lock();
        assert!(generations.current.len() <= 64 && generations.previous.len() <= 64);
    }
}
