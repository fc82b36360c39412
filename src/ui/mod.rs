//! The kit: what every screen is made of. docs/design.md shows each component's look.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
#[path = "no_browser.rs"]
mod browser;
pub mod islands;

#[cfg(feature = "ssr")]
mod address;
#[cfg(feature = "ssr")]
mod charts;
#[cfg(feature = "ssr")]
mod choices;
#[cfg(feature = "ssr")]
mod figures;
#[cfg(feature = "ssr")]
mod form;
#[cfg(feature = "ssr")]
mod live;
#[cfg(feature = "ssr")]
mod navigation;
#[cfg(feature = "ssr")]
mod parts;
#[cfg(feature = "ssr")]
mod settings;
#[cfg(feature = "ssr")]
mod state;
#[cfg(feature = "ssr")]
mod theme;

#[cfg(feature = "ssr")]
pub use address::Address;
#[cfg(feature = "ssr")]
pub use charts::{
    BarChart, ChartDay, Coming, HeatMap, LineChart, OutlookChart, Series, Shares, Sparkline, StackedChart,
    Step, Unit, Width,
};
#[cfg(feature = "ssr")]
pub use choices::{Check, Choices, Offer, Select};
#[cfg(feature = "ssr")]
pub use figures::{Amount, Amounts, Better, Change, Compared, Figure, Stat, Stats};
#[cfg(feature = "ssr")]
pub use form::{Field, FieldScope, Form, Hidden, HiddenUsername, PasskeyForm, Submit, TextArea, kept};
#[cfg(feature = "ssr")]
pub use islands::{CopyButton, PrintButton};
#[cfg(feature = "ssr")]
pub use live::LiveRegion;
#[cfg(feature = "ssr")]
pub use navigation::{Breadcrumb, Filters, Link, Pager, PeriodPicker, Tabs, Turns};
#[cfg(feature = "ssr")]
pub use parts::{Banner, Empty, Icon, PageHeader, Time, TimeShape, Tone, Who, initials, time_words};
#[cfg(feature = "ssr")]
pub use settings::SettingsTabs;
#[cfg(feature = "ssr")]
pub use state::{HealthBadge, Progress, Skeleton, StepState, Steps, health_words};
#[cfg(feature = "ssr")]
pub use theme::ThemeSwitch;
