//go:build linux && cgo && webkit2_41

package app

/*
#cgo pkg-config: gtk+-3.0 webkit2gtk-4.1

#include <gtk/gtk.h>
#include <stdint.h>
#include <webkit2/webkit2.h>

extern int keelPageGone(uintptr_t gone, int reason);

// Without Keel's own page only a text of WebKit's can say what to do.
static const char *givingUp =
	"<!doctype html><html lang=en><meta charset=utf-8><title>Keel</title>"
	"<style>html{background:#1f1f1f}body{font:15px/1.5 system-ui,sans-serif;max-width:36em;margin:15vh auto;padding:0 2em}"
	"h1{font-size:1.5em;font-weight:500}</style>"
	"<body text=#d4d4d4><h1>Keel\u2019s window keeps failing</h1>"
	"<p>The process that draws it has ended several times within a minute. Your files, your unsaved text and the conversations are kept; a turn of the agent that still runs stops with this window.</p>"
	"<p><b>Close this window and start Keel again.</b> If it fails again, start it with another folder, or without what you changed last, such as a new extension or a new WebKitGTK.</p>"
	"<p>What is known about it lies on this machine only: <code>keel data</code> says where, under <code>crashes</code>, and once the window works <b>Keel: Show Crash Reports</b> shows it.</p></body></html>";

typedef struct {
	WebKitWebView *view;
	uintptr_t decide;
	int reason;
} Gone;

static gboolean decide(gpointer data) {
	Gone *gone = data;
	switch (keelPageGone(gone->decide, gone->reason)) {
	case 1:
		webkit_web_view_reload(gone->view);
		break;
	case 2:
		webkit_web_view_load_html(gone->view, givingUp, NULL);
		break;
	}
	g_object_unref(gone->view);
	g_free(gone);
	return G_SOURCE_REMOVE;
}

// Where the system ends all processes of a session, this one's own end comes
// within moments: it is waited for before anything is called a fault.
static const guint moments = 500;

static gboolean onGone(GSignalInvocationHint *hint, guint count, const GValue *values, gpointer data) {
	if (count >= 2) {
		Gone *gone = g_new0(Gone, 1);
		gone->view = g_object_ref(g_value_get_object(&values[0]));
		gone->decide = (uintptr_t)data;
		gone->reason = g_value_get_enum(&values[1]);
		g_timeout_add(moments, decide, gone);
	}
	return TRUE; // it stays for the next time
}

static gboolean hook(gpointer data) {
	// The program has one web view; the signal is known once its class is.
	gpointer class = g_type_class_ref(WEBKIT_TYPE_WEB_VIEW);
	guint id = g_signal_lookup("web-process-terminated", WEBKIT_TYPE_WEB_VIEW);
	if (id != 0) g_signal_add_emission_hook(id, 0, onGone, data, NULL);
	g_type_class_unref(class);
	return G_SOURCE_REMOVE;
}

static void hookSoon(uintptr_t decide) { g_idle_add(hook, (gpointer)decide); }
*/
import "C"

import "runtime/cgo"

//export keelPageGone
func keelPageGone(handle C.uintptr_t, reason C.int) C.int {
	decide, ok := cgo.Handle(handle).Value().(func(string) revived)
	if !ok {
		return 0
	}
	switch decide(goneReason(reason)) {
	case loadedAgain:
		return 1
	case givenUp:
		return 2
	default:
		return 0
	}
}

func goneReason(reason C.int) string {
	switch reason {
	case C.WEBKIT_WEB_PROCESS_CRASHED:
		return "it crashed, or something ended it"
	case C.WEBKIT_WEB_PROCESS_EXCEEDED_MEMORY_LIMIT:
		return "it used more memory than it may"
	default:
		return "WebKit has ended it"
	}
}

// reviveWhenGone asks decide what to do when the process that draws the page has
// ended: what the page shows is kept in Go, so nothing of it is lost.
func reviveWhenGone(decide func(reason string) revived) {
	// The handle lives as long as the program does, as the toolkit's hook.
	C.hookSoon(C.uintptr_t(cgo.NewHandle(decide)))
}
