// A browser without script, as far as measuring needs one: cookies, and signing in by the form.

export class Visitor {
  #cookies = new Map();

  constructor(url) {
    this.url = url;
  }

  get cookie() {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  async visit(path, options = {}) {
    const response = await fetch(new URL(path, this.url), {
      redirect: "manual",
      ...options,
      headers: { cookie: this.cookie, origin: this.url, "sec-fetch-site": "same-origin", accept: "text/html", ...options.headers },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
      this.#cookies.set(name, value);
    }
    return response;
  }

  /** The page's HTML; an answer that is none ends the run. */
  async read(path) {
    const response = await this.visit(path);
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${path} answers ${response.status}`);
    return text;
  }

  /** Fills the first form with its hidden fields and ours. */
  async signIn({ email, password }) {
    const page = await this.read("/sign-in");
    const form = page.match(/<form[^>]*action="([^"]+)"[\s\S]*?<\/form>/);
    const fields = new URLSearchParams();
    for (const [input] of form[0].matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
      fields.set(input.match(/name="([^"]*)"/)[1], input.match(/value="([^"]*)"/)?.[1] ?? "");
    }
    fields.set("email", email);
    fields.set("password", password);
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    await this.visit(form[1], { method: "POST", body: fields.toString(), headers });
    await this.read("/dashboard");
    return this;
  }
}
