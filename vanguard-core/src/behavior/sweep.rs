//! Many distinct things asked for: ids one after another, hosts of a network, ports of a host.

use super::hash::{hash, mix};

/// Series that are followed; the one untouched longest makes room.
const SERIES: usize = 24;
/// Microseconds after which a series begins anew.
const WITHIN: u64 = 600_000_000;

/// What a series is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    /// Numbers of one argument, one after another.
    Ids,
    /// Hosts of one network.
    Hosts,
    /// Ports of one host.
    Ports,
}

impl Of {
    /// From how many distinct ones on it is told.
    pub(crate) const fn many(self) -> u32 {
        match self {
            Self::Ids => 60,
            Self::Hosts => 24,
            Self::Ports => 16,
        }
    }
}

/// One thing asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask {
    pub(crate) of: Of,
    /// Which series: the argument, the network, the host.
    pub(crate) series: u64,
    pub(crate) number: i64,
}

#[derive(Clone, Debug)]
struct Series {
    of: Of,
    series: u64,
    begun: u64,
    last: i64,
    /// Steps to a neighbour.
    near: u32,
    /// Distinct ones, a bit each: bounded, and near enough.
    seen: [u64; 16],
    touched: u64,
}

impl Series {
    fn distinct(&self) -> u32 {
        let ones: u32 = self.seen.iter().map(|word| word.count_ones()).sum();
        let free = f64::from(1024 - ones.min(1023)) / 1024.0;
        (-1024.0 * free.ln()).round() as u32
    }

    fn note(&mut self, number: i64) {
        self.near += u32::from((1..=2).contains(&self.last.abs_diff(number)));
        self.last = number;
        let bit = mix(number as u64, 7) >> 54;
        if let Some(word) = self.seen.get_mut((bit / 64) as usize) {
            *word |= 1 << (bit % 64);
        }
    }
}

/// The series of a session.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sweeps {
    series: Vec<Series>,
}

impl Sweeps {
    /// Bytes it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.series.capacity() * size_of::<Series>()
    }

    /// How many distinct ones there are with this one, if that is a sweep.
    pub(crate) fn judge(&self, ask: Ask, now: u64) -> Option<u32> {
        let known = self.series.iter().find(|known| (known.of, known.series) == (ask.of, ask.series))?;
        if now.saturating_sub(known.begun) > WITHIN {
            return None;
        }
        let mut after = known.clone();
        after.note(ask.number);
        let distinct = after.distinct();
        let in_row = ask.of != Of::Ids || after.near * 2 >= distinct;
        (distinct >= ask.of.many() && in_row).then_some(distinct)
    }

    /// Takes one in.
    pub(crate) fn note(&mut self, ask: Ask, now: u64) {
        let at = self.series.iter().position(|known| (known.of, known.series) == (ask.of, ask.series));
        let at = at.unwrap_or_else(|| {
            if self.series.len() >= SERIES {
                let idlest = self.series.iter().enumerate().min_by_key(|(_, series)| series.touched).map(|(at, _)| at);
                idlest.map(|at| self.series.swap_remove(at));
            }
            self.series.push(Series {
                of: ask.of,
                series: ask.series,
                begun: now,
                last: ask.number,
                near: 0,
                seen: [0; 16],
                touched: now,
            });
            self.series.len() - 1
        });
        let Some(series) = self.series.get_mut(at) else { return };
        if now.saturating_sub(series.begun) > WITHIN {
            (series.begun, series.near, series.seen) = (now, 0, [0; 16]);
        }
        series.touched = now;
        series.note(ask.number);
    }
}

/// The network and the number of a host in it, and the port: what scans go through. Only addresses by number.
pub(crate) fn host_asks(address: &str) -> Vec<Ask> {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', ' ']).next().unwrap_or_default();
    let (host, port) = authority.rsplit_once(':').unwrap_or((authority, ""));
    let mut asks = Vec::new();
    if let Ok(ip) = host.parse::<std::net::Ipv4Addr>() {
        let [a, b, c, d] = ip.octets();
        asks.push(Ask { of: Of::Hosts, series: hash(&[a, b, c]), number: i64::from(d) });
    }
    if let Ok(port) = port.parse::<u16>() {
        asks.push(Ask { of: Of::Ports, series: hash(host.as_bytes()), number: i64::from(port) });
    }
    asks
}

#[cfg(test)]
mod tests {
    use super::{Ask, Of, Sweeps, host_asks};

    fn first(of: Of, numbers: impl Iterator<Item = i64>, step: u64) -> Option<usize> {
        let (mut sweeps, mut now) = (Sweeps::default(), 0);
        numbers.into_iter().position(|number| {
            now += step;
            let ask = Ask { of, series: 1, number };
            let told = sweeps.judge(ask, now).is_some();
            sweeps.note(ask, now);
            told
        })
    }

    #[test]
    fn ids_in_a_row_are_a_sweep_and_ids_of_work_are_not() {
        let at = first(Of::Ids, 1..200, 1_000_000).unwrap();
        assert!((50..75).contains(&at), "{at}");
        // Slower than anybody sweeps; the same few; scattered ones.
        assert_eq!(first(Of::Ids, 1..200, 20_000_000), None);
        assert_eq!(first(Of::Ids, (0..500).map(|at| at % 30), 1_000_000), None);
        assert_eq!(first(Of::Ids, (0..200).map(|at| at * at * 37 % 99_991), 1_000_000), None);
    }

    #[test]
    fn ports_and_hosts_are_read_from_addresses() {
        let asks = |text: &str| host_asks(text).iter().map(|ask| (ask.of, ask.number)).collect::<Vec<_>>();
        assert_eq!(asks("http://10.0.0.7:8080/x"), [(Of::Hosts, 7), (Of::Ports, 8080)]);
        assert_eq!(asks("https://a.example/x"), []);
        assert!(first(Of::Ports, [22, 80, 443, 8080].into_iter(), 1).is_none());
        assert!(first(Of::Ports, (1..40).map(|at| at * 101), 1_000_000).is_some());
    }
}
