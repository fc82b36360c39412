//! The shell of the sandbox's few pages. Every page says that it is a sandbox.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

const STYLE: &str = r"
:root{color-scheme:light dark;--bg:#f6f5f8;--card:#fff;--ink:#1c1a22;--muted:#67626f;--line:#e3e0e8;--accent:#5b3df5;--on:#fff;--warn:#fff3d6;--warnink:#6b4a00}
@media(prefers-color-scheme:dark){:root{--bg:#141218;--card:#1e1b24;--ink:#f1eef6;--muted:#a9a3b5;--line:#35303f;--accent:#9d8bff;--on:#16121f;--warn:#3a2d0c;--warnink:#ffd98a}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
.banner{background:var(--warn);color:var(--warnink);text-align:center;padding:.5rem 1rem;font-size:.9rem;font-weight:600}
main{max-width:46rem;margin:2rem auto;padding:0 1rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:16px;padding:2rem;max-width:42rem}
@media(max-width:46rem){.card{margin:0;border:0;border-radius:0;padding:1.25rem 1rem 1rem}.actions button{flex:1}}
h1{font-size:1.5rem;line-height:1.25;margin:.75rem 0 .25rem}h2{font-size:1rem;margin:1.5rem 0 .5rem}
.muted,small{color:var(--muted)}small{display:block;font-size:.8rem}code{font:.85em ui-monospace,monospace;overflow-wrap:anywhere}
a{color:var(--accent)}fieldset{border:0;padding:0;margin:1.5rem 0 0}legend{font-weight:600;padding:0;margin-bottom:.5rem}
.people{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:.5rem}.wide{grid-column:1/-1}
.person{display:flex;align-items:center;gap:.65rem;border:1px solid var(--line);border-radius:10px;padding:.55rem .7rem;cursor:pointer}
.person:has(:checked){border-color:var(--accent);outline:1px solid var(--accent)}.person:has(:focus-visible){outline:3px solid var(--accent);outline-offset:1px}
.person b{display:block;line-height:1.3}input[type=radio]{accent-color:var(--accent);width:1.05rem;height:1.05rem;flex:none;margin:0}
.avatar,.logo{display:grid;place-items:center;flex:none;width:2.2rem;height:2.2rem;border-radius:50%;background:color-mix(in srgb,var(--accent) 18%,var(--card));color:var(--accent);font-weight:700}
.logo{width:3rem;height:3rem;border-radius:12px;font-size:1.3rem}.logo.fan,.agency{background:var(--accent);color:var(--on)}
.apps{display:flex;align-items:center;gap:.6rem}.dots{color:var(--muted)}
.scopes{list-style:none;padding:0;margin:0}.scopes li{padding:.3rem 0 .3rem 1.6rem;position:relative}.scopes li::before{content:'✓';position:absolute;left:.2rem;color:var(--accent);font-weight:700}.scopes code{color:var(--muted)}
.actions{position:sticky;bottom:0;display:flex;gap:.75rem;justify-content:flex-end;margin:1.5rem -.25rem 0;padding:.9rem .25rem;background:var(--card);border-top:1px solid var(--line)}
button{font:inherit;font-weight:600;padding:.65rem 1.6rem;border-radius:10px;border:1px solid var(--accent);background:var(--accent);color:var(--on);cursor:pointer;min-height:44px}
button.quiet{background:transparent;color:var(--ink);border-color:var(--line)}button:focus-visible,a:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.9rem}td,th{text-align:left;vertical-align:top;padding:.4rem .6rem .4rem 0;border-bottom:1px solid var(--line)}
";

/// A whole page around `body`, which must be escaped already.
pub(crate) fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{} · sandbox</title>\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><link rel=\"icon\" href=\"data:,\">\
         <style>{STYLE}</style></head><body>\
         <header class=\"banner\">SANDBOX – not the real Fanvue. Nothing here is real.</header>{body}</body></html>",
        escape(title)
    )
}

/// A page that says what went wrong.
pub(crate) fn problem(status: StatusCode, title: &str, why: &str) -> Response {
    let body = format!("<main class=\"card\"><h1>{}</h1><p>{}</p></main>", escape(title), escape(why));
    (status, Html(page(title, &body))).into_response()
}

/// Makes text safe for HTML content and quoted attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(letter),
        }
    }
    safe
}

/// Percent-encodes a query value.
pub(crate) fn query_escape(value: &str) -> String {
    value.bytes().fold(String::new(), |mut safe, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            safe.push(char::from(byte));
        } else {
            safe.push_str(&format!("%{byte:02X}"));
        }
        safe
    })
}
