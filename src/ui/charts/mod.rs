//! Charts: SVG and words beside it, the figures once more as a table. The geometry is pure and stands apart.

mod columns;
mod heat;
mod lines;
mod outlook;
mod scale;
mod series;
mod stacked;
mod view;

pub use columns::{ChartDay, Unit, Width};
pub use heat::HeatMap;
pub use lines::LineChart;
pub use outlook::{Coming, OutlookChart};
pub use series::{Series, Step};
pub use stacked::StackedChart;
pub use view::{BarChart, Shares, Sparkline};
