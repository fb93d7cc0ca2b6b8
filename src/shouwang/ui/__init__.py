"""The look of Shouwang: page shell, figures, tables, pills, forms, charts, maps, print. It knows no fact and no room.

Start at `templates/ui/gallery.html`: one page with every part on it (`ui.pages.gallery`, content in `samples.py`).
The main words: a *figure* is a headline number with its denominator and its way back to the facts; a *pill* is a state
as word + shape + colour; *scope*, *posts* and *phase* come from the site and are only shown here.

Shells
    {% extends "ui/base.html" %}         signed-in pages     {% extends "ui/public_base.html" %}  pages without sign-in
    {% extends "ui/print_base.html" %}   PDF through `printing.pdf(template, context) -> bytes`
Blocks
    title, heading, pretitle, lead, actions, content, breadcrumb, messages, page_header, phase, footer, head, body_class
    public_base also: width (default sw-narrow) · print_base: title, lang, head, running_left, running_right, content
Context (site's processor; all may be missing)
    nav: [shell.NavItem(label, url, icon, active, children)] · crumbs: [shell.Crumb(label, url)] · home_url
    posts: [shell.PostChoice(id, label, area, current)] · post_switch_url (gets POST post, next)
    signed_in: shell.SignedIn(name, post, area, sign_out_url, account_url) · phase: text or shell.Phase(text, tone)
    data_at: moment shown in the footer · error pages: refusal {what, next}, request_id
Tags, after {% load ui %}
    {% figure card %} or {% figure label value unit=… of=… rate=… yesterday=… last_week=… better="down" href=… at=… %}
    {% table t %}    tables.Table(caption, [Column(key, label, kind, sort, href…)], rows | page, empty)
    {% sort_header name label sort %}    {% pagination page %}    {% include "ui/empty.html" with empty=… %}
    {% pill "red" %} {% pill "warn" "Two days late" %}   known states in pills.py; tones ok warn bad neutral info + word
    {% percent part whole %} {{ n|number }} {% none %}   rate with denominator, thousands, "—" for no data
    {{ at|moment }} {{ at|day }} {{ at|short_day }} {{ at|hour }} {% time at %} {% since at %} {% data_time at %}
    {% timeline items empty=… %}         items: at, title, text, who, state, word, href, until
    {% facts pairs %} {% tabs items label %} {% icon "home" %} {% sparkline values label %}
    {% form f submit=… %} {% field f.name %} {% error_summary f %} {% filters f reset=url %}   (<form> is yours)
    {% confirm title action submit text=… cancel=… tone="danger" form=… error=… %}   a deed with a reason
    {% masked "张**" url name="phone" label=… reasons=… %}   posts field, reason, next
    {% refusal error %}                  a Refusal, or {what, next, code}
    {% progress work %}                  fragments.Progress; answer its poll by fragments.progress(request, work)
    {% line_chart c height="md" %}       charts.Chart(title, labels, [Series(name, values, kind)], unit, note, marks)
    {% choropleth areas %}               choropleth.AreaMap(title, features, [MapArea(code, name, value, of, href)], …)
    {% language_switch %} {% here %}
On paper: charts.line_svg(chart, width_mm, height_mm), charts.bar_svg(chart) -> SVG text for {{ svg|safe }}
Live: fragments.fragment(request, template, context, live=…) -> response with ETag, 304, and 286 when the poll may end
Classes: sw-card, sw-figures (grid of figures), sw-grid, sw-grid-wide, sw-section, sw-buttons, sw-quiet,
    sw-note sw-note-warning; .btn .btn-primary .btn-danger from Tabler. Tables by hand: .sw-scroll > .sw-table, columns
    .sw-cell-number, and .sw-table-stack with td[data-label] to become cards on a phone.
Rules: no inline script and no style attribute (the policy is default-src 'self'); pages must work without script.
"""
