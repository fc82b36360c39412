//! Charts: SVG and words beside it, the figures once more as a table. The geometry is pure and stands apart.

mod columns;
mod scale;
mod view;

pub use columns::{ChartDay, Unit, Width};
pub use view::{BarChart, Shares, Sparkline};
