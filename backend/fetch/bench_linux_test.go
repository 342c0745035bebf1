package fetch

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"
)

const megabyte = 1 << 20

// filledTo repeats a part until a page has one megabyte.
func filledTo(head, tail string, part func(i int) string) string {
	var b strings.Builder
	b.WriteString(head)
	for i := 0; b.Len() < megabyte-len(tail); i++ {
		b.WriteString(part(i))
	}
	return b.String() + tail
}

// largePages are pages of one megabyte of the kinds that are met: their forms are
// those of generators of documentation, encyclopaedias, shops and news.
func largePages() map[string]string {
	const sentence = "This paragraph has enough words that it counts as one that somebody wrote, with commas, and more than one sentence. It goes on. "
	nav := `<nav class="sidebar"><ul>` + strings.Repeat(`<li class="toctree-l1"><a class="reference internal" href="/library/x.html">A module of the library</a><ul><li><a href="#y">Part</a></li></ul></li>`, 300) + `</ul></nav>`
	head := func(more string) string {
		return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>A long page</title><link rel="stylesheet" href="/a.css">` + more + `</head><body>`
	}
	return map[string]string{
		"article": filledTo(head(`<style>.x{color:red}</style>`)+`<nav><a href="/">Home</a></nav><article><h1>A long page</h1>`, `</article></body></html>`, func(i int) string {
			return fmt.Sprintf(`<h2 id="s%d">Section %d</h2><p>%s<a href="/more/%d">A link</a>, some <em>emphasis</em>, <code>code()</code>.</p><ul><li>One</li><li>Two</li></ul><pre><code class="language-go">func a%d() {}</code></pre>`, i, i, sentence, i, i)
		}),
		"documentation": filledTo(head("")+nav+`<main role="main"><div class="body"><section id="module"><h1>module — what it is<a class="headerlink" href="#module" title="Link">¶</a></h1>`, `</section></div></main></body></html>`, func(i int) string {
			return fmt.Sprintf(`<dl class="py function"><dt class="sig sig-object py" id="f%[1]d"><span class="sig-prename descclassname"><span class="pre">module.</span></span><span class="sig-name descname"><span class="pre">f%[1]d</span></span><span class="sig-paren">(</span><em class="sig-param"><span class="n"><span class="pre">path</span></span></em>, <em class="sig-param"><span class="n"><span class="pre">mode</span></span><span class="o"><span class="pre">=</span></span><span class="default_value"><span class="pre">'r'</span></span></em><span class="sig-paren">)</span><a class="headerlink" href="#f%[1]d" title="Link to this definition">¶</a></dt><dd><p>%[2]s See <a class="reference internal" href="#f1"><code class="xref py py-func docutils literal notranslate"><span class="pre">f1()</span></code></a>.</p><div class="highlight-python3 notranslate"><div class="highlight"><pre><span></span><span class="kn">import</span> <span class="nn">module</span>
<span class="k">with</span> <span class="n">module</span><span class="o">.</span><span class="n">f%[1]d</span><span class="p">(</span><span class="s1">'a_b*c'</span><span class="p">)</span> <span class="k">as</span> <span class="n">f</span><span class="p">:</span>
    <span class="nb">print</span><span class="p">(</span><span class="n">f</span><span class="p">)</span>
</pre></div></div></dd></dl>`, i, sentence)
		}),
		"table": filledTo(head("")+`<div id="content"><h1>A list</h1><p>`+sentence+`</p><table class="wikitable sortable"><thead><tr><th>Name</th><th>Place</th><th>Count</th><th>Notes</th></tr></thead><tbody>`, `</tbody></table></div></body></html>`, func(i int) string {
			return fmt.Sprintf(`<tr><td><a href="/wiki/N%[1]d" title="Name %[1]d">Name %[1]d</a></td><td><span class="flagicon"><img src="//cdn.example/f.png" alt="" width="23" height="15"></span> Place</td><td align="right">%[1]d</td><td>A note, with words<sup class="reference"><a href="#cite-%[1]d">[%[1]d]</a></sup></td></tr>`, i)
		}),
		"nested": filledTo(head("")+strings.Repeat(`<div class="a"><div>`, 60), strings.Repeat(`</div></div>`, 60)+`</body></html>`, func(i int) string {
			return strings.Repeat(`<div class="css-1dbjc4n r-18u37iz"><div class="css-1dbjc4n">`, 12) + fmt.Sprintf(`<span><span>Words of card %d, which go on.</span></span><p>%s</p>`, i, sentence) + strings.Repeat(`</div></div>`, 12)
		}),
		"scripts": filledTo(head(`<script>window.__DATA__=`+strings.Repeat(`{"a":"<p>b</p>","c":[1,2,3]},`, 12_000)+`</script><style>`+strings.Repeat(`.css-1x2y3z{display:flex;color:#fff}`, 6_000)+`</style>`), `</body></html>`, func(i int) string {
			return fmt.Sprintf(`<article><h2>News %d</h2><p>%s</p></article><script>track(%d)</script><svg viewBox="0 0 9 9"><path d="M1 1h9v9"/></svg>`, i, sentence, i)
		}),
		"talk": filledTo(head("")+`<main>`, `</main></body></html>`, func(i int) string {
			return fmt.Sprintf(`<div class="comment" id="c%d"><div class="by"><a href="/u/a">somebody</a> <time datetime="2026-01-02">2 January</time></div><div class="md"><p>%s</p><blockquote><p>Said before, at length.</p></blockquote><p>Yes_and *no* [1] &lt;b&gt;.</p></div></div>`, i, sentence)
		}),
	}
}

// processor is how long this process has computed.
func processor(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkConvert is what a page of one megabyte costs beside the network, in time
// and in time of the processor.
func BenchmarkConvert(b *testing.B) {
	at := &url.URL{Scheme: "https", Host: "example.com", Path: "/"}
	for name, page := range largePages() {
		got := answered{at: at, header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, raw: []byte(page), full: int64(len(page))}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(got.full)
			before := processor(b)
			for b.Loop() {
				if _, err := (Page{}).filled(b.Context(), got, time.Now()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((processor(b)-before).Milliseconds())/float64(b.N), "cpu-ms/op")
		})
	}
}
