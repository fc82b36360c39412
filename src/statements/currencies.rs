//! The currencies that there are.

use crate::money::Currency;

/// ISO 4217, without metals, funds and units of account.
const CODES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF \
    CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS \
    INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR \
    MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS \
    SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG";

/// The currency with this code, if there is one.
pub(super) fn currency(code: &str) -> Option<Currency> {
    CODES.split(' ').find(|known| *known == code)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_one_and_nothing_else_is() {
        for code in CODES.split(' ') {
            assert!(currency(code).is_some(), "{code:?}");
        }
        for code in Currency::WITHOUT_MINOR.iter().chain(&Currency::OF_THOUSANDTHS) {
            assert!(currency(code).is_some(), "{code}");
        }
        for text in ["ABC", "", "usd", "USD EUR"] {
            assert_eq!(currency(text), None, "{text}");
        }
    }
}
