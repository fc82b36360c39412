//! Proxies whose word is taken for where a request came from.

use axum::http::HeaderMap;
use ipnet::IpNet;
use std::net::IpAddr;
use std::str::FromStr;

/// Longer chains are made up.
const MOST_PROXIES: usize = 10;

/// Whose `X-Forwarded-For` is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrustedProxies {
    /// That of whatever connects from this machine or a private network; of one proxy, since people may be in that network
    /// too.
    Private,
    /// That of these networks, along a chain of them. Nobody's, if there are none.
    Listed(Vec<IpNet>),
}

impl FromStr for TrustedProxies {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let network = |text: &str| -> Result<IpNet, String> {
            let text = text.trim();
            let single = text.parse::<IpAddr>().map(IpNet::from);
            single
                .or_else(|_| text.parse())
                .map_err(|_| format!("{text:?} is no network, such as 10.0.0.0/8"))
        };
        match text.trim() {
            "private" => Ok(Self::Private),
            "none" => Ok(Self::Listed(Vec::new())),
            list => list.split(',').map(network).collect::<Result<_, _>>().map(Self::Listed),
        }
    }
}

impl TrustedProxies {
    /// The address of who asks: of `peer`, unless that is a proxy that says otherwise. What stands before the nearest proxy's
    /// own word anybody may have written.
    #[must_use]
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let lines = headers.get_all("x-forwarded-for").iter().rev();
        // Word by word: whatever somebody wrote before them, the proxies' own words are read.
        let words = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        let words = words.map(|word| String::from_utf8_lossy(word));
        let hops = if *self == Self::Private { 1 } else { MOST_PROXIES };
        let mut at = peer.to_canonical();
        for word in words.take(hops) {
            let word = word.trim();
            let with_port = || word.parse::<std::net::SocketAddr>().map(|it| it.ip());
            let Ok(before) = word.parse::<IpAddr>().or_else(|_| with_port()) else { break };
            if !self.trusts(at) {
                break;
            }
            at = before.to_canonical();
        }
        at
    }

    fn trusts(&self, peer: IpAddr) -> bool {
        match (self, peer) {
            (Self::Listed(networks), _) => networks.iter().any(|network| network.contains(&peer)),
            (Self::Private, IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private(),
            (Self::Private, IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    fn client(trusted: &str, peer: &str, forwarded: &[&str]) -> String {
        let lines = forwarded.iter().map(|line| ("x-forwarded-for".parse().unwrap(), line.parse().unwrap()));
        let trusted: TrustedProxies = trusted.parse().unwrap();
        trusted.client(peer.parse().unwrap(), &lines.collect()).to_string()
    }

    #[test]
    fn the_word_of_a_private_proxy_is_taken_by_default() {
        let forwarded = ["6.6.6.6, 192.0.2.7"];
        assert_eq!(client("private", "127.0.0.1", &forwarded), "192.0.2.7");
        assert_eq!(client("private", "::ffff:10.0.0.1", &forwarded), "192.0.2.7");
        assert_eq!(client("private", "fd00::1", &["6.6.6.6", "2001:db8::1"]), "2001:db8::1");
        assert_eq!(client("private", "198.51.100.1", &forwarded), "198.51.100.1");
        // A person in the proxy's own network is no proxy.
        assert_eq!(client("private", "10.0.0.1", &["6.6.6.6, 10.0.0.9"]), "10.0.0.9");
        assert_eq!(client("private", "10.0.0.1", &["nonsense"]), "10.0.0.1");
        assert_eq!(client("private", "10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn a_list_is_followed_from_proxy_to_proxy_and_no_further() {
        let listed = "198.51.100.0/24,10.0.0.1";
        assert_eq!(client(listed, "10.0.0.1", &["6.6.6.6, 192.0.2.7, 198.51.100.3"]), "192.0.2.7");
        assert_eq!(client(listed, "10.0.0.2", &["192.0.2.7"]), "10.0.0.2");
        assert_eq!(client(listed, "127.0.0.1", &["192.0.2.7"]), "127.0.0.1");
    }

    #[test]
    fn nobody_is_trusted_where_there_is_no_proxy() {
        assert_eq!(client("none", "127.0.0.1", &["192.0.2.7"]), "127.0.0.1");
        assert!("10.0.0.0/8,anybody".parse::<TrustedProxies>().unwrap_err().contains("anybody"));
    }
}
