package fetch

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// Each of these hides EVIL from a reader of the page; none of them reaches the model.
func TestHiddenText(t *testing.T) {
	at := &url.URL{Scheme: "https", Host: "example.com", Path: "/"}
	const article = "<p>This is what the page says, and it says enough of it to be read by anybody who comes along.</p>"
	for name, hidden := range map[string]string{
		"display":        `<p style="display:none">EVIL</p>`,
		"important":      `<p style="color:red; DISPLAY : none !important">EVIL</p>`,
		"visibility":     `<div style="visibility:hidden"><b>EVIL</b></div>`,
		"collapse":       `<div style="visibility:collapse">EVIL</div>`,
		"hidden":         `<div hidden>EVIL</div>`,
		"until found":    `<div hidden="until-found">EVIL</div>`,
		"opacity":        `<span style="opacity:0.0">EVIL</span>`,
		"size":           `<span style="font-size:0px">EVIL</span>`,
		"off screen":     `<div aria-hidden="true" style="position:absolute; left:-9999px">EVIL</div>`,
		"above":          `<div style="position:fixed;top:-5000px">EVIL</div>`,
		"indent":         `<div style="text-indent:-9999px">EVIL</div>`,
		"clip":           `<div style="position:absolute;width:1px;height:1px;clip:rect(0,0,0,0)">EVIL</div>`,
		"no height":      `<div style="height:0;overflow:hidden">EVIL</div>`,
		"scale":          `<div style="transform: scale( 0 )">EVIL</div>`,
		"class":          `<style>/* .x{} */ .a, .gone { display: none }</style><div class="b gone">EVIL</div>`,
		"id":             `<style>@import "x"; @media print { .x { color: red } } #gone{font-size:0}</style><div id=gone>EVIL</div>`,
		"faint":          `<span style="opacity:.02">EVIL</span>`,
		"small letters":  `<span style="font-size:1px">EVIL</span>`,
		"smaller":        `<span style="font-size:0.05em">EVIL</span>`,
		"far left":       `<div style="margin-left:-9999px">EVIL</div>`,
		"beside":         `<div style="position:absolute;left:-100vw">EVIL</div>`,
		"moved":          `<div style="transform:translate(-9999px, 0)">EVIL</div>`,
		"shrunk":         `<div style="transform:rotate(3deg) scale(0.01, 0.01)">EVIL</div>`,
		"cut away":       `<div style="clip-path: inset(100%)">EVIL</div>`,
		"white on white": `<p style="color:white">EVIL <b>EVIL</b></p>`,
		"almost white":   `<p style="color:#fefdfe">EVIL</p>`,
		"on black":       `<div style="background:#000"><p><i style="color:rgb(0 0 2)">EVIL</i></p></div>`,
		"font":           `<table bgcolor="#FFF"><tr><td><font color="White">EVIL</font></td></tr></table>`,
		"without colour": `<p style="color:transparent">EVIL</p>`,
		"glass":          `<p style="color:rgba(0,0,0,0.01)">EVIL</p>`,
		"colour class":   `<style>p{color:#333} .ad{color:#fff}</style><p class="ad">EVIL</p>`,
		"both":           `<link rel="stylesheet" href="x.css"><p class="x" style="color:red;background-color:#f00">EVIL</p>`,
		"for machines":   `<span aria-hidden="TRUE">EVIL</span>`,
		"no script":      `<noscript>EVIL</noscript><noscript><p>EVIL</p></noscript>`,
		"nested":         `<div><template><template><p>EVIL</p></template></template></div>`,
		"in a comment":   `<![CDATA[EVIL]]><!--[if IE]><p>EVIL</p><![endif]--><?EVIL?>`,
		"attributes":     `<p data-x="EVIL" aria-label="EVIL"></p><meta name="description" content="EVIL">`,
		"frame":          `<iframe srcdoc="<p>EVIL</p>">EVIL</iframe><object data="x">EVIL</object>`,
		"fields":         `<textarea style="display:none">EVIL</textarea><datalist><option>EVIL</option></datalist>`,
		"dialog":         `<dialog>EVIL</dialog>`,
		"comment":        `<!-- EVIL -->`,
		"script":         `<script>EVIL</script><script type="text/plain">EVIL</script>`,
		"style":          `<style>EVIL</style>`,
		"template":       `<template><p>EVIL</p></template>`,
		"drawing":        `<svg><text>EVIL</text></svg>`,
		"hidden input":   `<input type=hidden value=EVIL>`,
		"tag characters": "<p>" + tagged("EVIL") + "</p>",
	} {
		for _, whole := range []string{"<body>" + hidden + article, "<body><article>" + strings.Repeat(article, 20) + hidden + "</article>"} {
			read, err := markdown(at, whole)
			page := Page{Title: read.title, Text: read.body}.cleaned()
			if err != nil || strings.Contains(page.Text, "EVIL") || strings.Contains(page.Text, tagged("EVIL")) || !strings.Contains(page.Text, "what the page says") {
				t.Errorf("%s: %v\n%s", name, err, page.Text)
			}
			said := read.hidden || page.Note != ""
			quiet := slices.Contains([]string{"comment", "script", "style", "template", "drawing", "hidden input", "for machines", "no script", "nested", "in a comment", "attributes", "frame"}, name)
			if said == quiet {
				t.Errorf("%s: hidden %v, note %q", name, read.hidden, page.Note)
			}
		}
	}
}

// tagged is a text in characters that no font shows.
func tagged(text string) string {
	return strings.Map(func(r rune) rune { return 0xE0000 + r }, text)
}

// What is shown stays, also where it looks like a trick.
func TestShownText(t *testing.T) {
	at := &url.URL{Scheme: "https", Host: "example.com", Path: "/"}
	for _, shown := range []string{
		`<p style="display:block">KEPT</p>`, `<p style="opacity:0.5">KEPT</p>`, `<p style="font-size:0.8em">KEPT</p>`,
		`<p style="position:absolute;left:-10px">KEPT</p>`, `<p style="height:0">KEPT</p>`, `<div aria-hidden="true"><main>KEPT</main></div>`,
		`<p style="color:#777">KEPT</p>`, `<p style="color:white;background:navy">KEPT</p>`, `<link rel=stylesheet href=x.css><h1 style="color:white">KEPT</h1>`,
		`<style>.dark{background:#111;color:#fff}</style><div class=dark><p>KEPT</p></div>`, `<style>body.dark{background:#111}</style><body class=dark><p style="color:#fff">KEPT</p>`,
		`<div style="background:url(x.png)"><p style="color:#fff">KEPT</p></div>`, `<div style="color:#fff"><p style="color:#000">KEPT</p></div>`,
		`<p style="transform:translate(-50%,-50%)">KEPT</p>`, `<p style="font-size:.7rem">KEPT</p>`, `<p style="margin-left:-10px">KEPT</p>`, `<p style="color:var(--x)">KEPT</p>`,
		`<style>.a{background:#000} .a,.b{color:#fff} .b{color:#000}</style><p class=b>KEPT</p>`, `<style>.b{background:#000} .a{color:#000} .a,.b{color:#fff}</style><p class=b>KEPT</p>`,
		`<style>@media (prefers-color-scheme:dark){body{background:#000}}</style><p style="color:#fff">KEPT</p>`,
		`<style>@media print { .x { display:none } } .x .y {display:none}</style><p class="x">KEPT</p>`,
		`<body style="opacity:0"><p>KEPT</p>`, `<details><summary>more</summary>KEPT</details>`, `<p hidde="x">KEPT</p>`,
	} {
		read, err := markdown(at, shown)
		if err != nil || !strings.Contains(read.body, "KEPT") || read.hidden {
			t.Errorf("%s became %q, %v, hidden %v", shown, read.body, err, read.hidden)
		}
	}
}

func TestSeen(t *testing.T) {
	for text, want := range map[string]struct {
		text  string
		count int
	}{
		"plain\r\n\ttext":                {"plain\r\n\ttext", 0},
		"café, Привет, 漢字":               {"café, Привет, 漢字", 0},
		"a" + tagged("go") + "b":         {"ab", 2},
		"ad\u202Emin\u202C":              {"admin", 2},
		"a\u2066b\u2069":                 {"ab", 2},
		"zero\u200Bwidth\u2060\uFEFF":    {"zerowidth", 3},
		"soft\u00ADhyphen\u200E":         {"softhyphen", 0},
		"a\u200Db\u200Cc":                {"abc", 2},
		"می\u200Cخواهم":                  {"می\u200Cخواهم", 0},
		"👩\u200D💻 ❤\uFE0F 1\uFE0F\u20E3": {"👩\u200D💻 ❤\uFE0F 1\uFE0F\u20E3", 0},
		"❤\uFE0F\uFE01\uFE02":            {"❤\uFE0F", 2},
		"x\uFE01\U000E0101":              {"x", 2},
		"葛\U000E0100":                    {"葛\U000E0100", 0},
		"nul\x00esc\x1b[31m":             {"nulesc[31m", 1},
	} {
		got, count := seen(text)
		if got != want.text || count != want.count {
			t.Errorf("seen(%+q) = %+q, %d; want %+q, %d", text, got, count, want.text, want.count)
		}
	}
}

// Five megabytes that are all nested, as deep as a page can be.
func TestDeepPages(t *testing.T) {
	client := local(t, Options{Timeout: 5 * time.Minute})
	for _, tag := range []string{"<div>", "<span>", "<blockquote>", "<table><tr><td>", "<b>", "<ul><li>", `<div style="display:none">`, `<div aria-hidden=true>`, `<p style="color:#fff">`, `<p class="a a a a a a">`} {
		page := "<style>" + strings.Repeat(".a,.b,#c{color:#fff;background:#000}", 8000) + "</style>words " + strings.Repeat(tag, mostBytes/len(tag))
		got, err := client.Get(t.Context(), serve(t, answer("text/html", page)))
		if err == nil && len(got.Text) > mostBytes {
			t.Errorf("%s: %d bytes", tag, len(got.Text))
		}
	}
}
