//! The platform's share: 20 % of gross, in whole cents, mirrored for negative rows.

/// What the creator keeps of `gross` cents. The fee is rounded half up on the absolute amount, so that a full
/// refund takes away exactly what the sale gave.
pub(crate) fn net_of(gross: i64) -> i64 {
    let amount = gross.abs();
    let fee = (amount * 20 + 50) / 100;
    (amount - fee) * gross.signum()
}

#[cfg(test)]
mod tests {
    use super::net_of;

    #[test]
    fn a_refund_mirrors_its_sale_to_the_cent() {
        for gross in [1, 2, 3, 499, 999, 1499, 12_345] {
            assert_eq!(net_of(gross) + net_of(-gross), 0);
        }
        assert_eq!(net_of(1499), 1199);
        assert_eq!(net_of(999), 799);
    }
}
