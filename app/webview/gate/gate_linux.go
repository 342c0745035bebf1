//go:build linux && cgo && webkit2_41

package gate

/*
#cgo pkg-config: gtk+-3.0 webkit2gtk-4.1

#include <gtk/gtk.h>
#include <stdint.h>
#include <webkit2/webkit2.h>

// Both scripts keep what they need for themselves before any other script runs.
static const char *passing =
	"(() => {"
	" const handler = window.webkit.messageHandlers.external;"
	" window.addEventListener('keel-to-go', (event) => {"
	"  if (typeof event.detail === 'string') handler.postMessage(event.detail);"
	" }, true);"
	"})()";

static const char *saying =
	"(() => {"
	" const send = window.dispatchEvent.bind(window);"
	" const Said = CustomEvent;"
	" const external = Object.freeze({ postMessage(message) { send(new Said('keel-to-go', { detail: message })); } });"
	" const messageHandlers = Object.freeze({ external });"
	" Object.defineProperty(window, 'webkit', { value: Object.freeze({ messageHandlers }) });"
	"})()";

static void add(WebKitUserContentManager *manager, WebKitUserScript *script) {
	webkit_user_content_manager_add_script(manager, script);
	webkit_user_script_unref(script);
}

static gboolean closeView(WebKitWebView *view) {
	WebKitUserContentManager *manager = webkit_web_view_get_user_content_manager(view);
	webkit_user_content_manager_unregister_script_message_handler(manager, "external");
	if (!webkit_user_content_manager_register_script_message_handler_in_world(manager, "external", "keel"))
		return FALSE;
	add(manager, webkit_user_script_new_for_world(passing, WEBKIT_USER_CONTENT_INJECT_TOP_FRAME,
		WEBKIT_USER_SCRIPT_INJECT_AT_DOCUMENT_START, "keel", NULL, NULL));
	add(manager, webkit_user_script_new(saying, WEBKIT_USER_CONTENT_INJECT_TOP_FRAME,
		WEBKIT_USER_SCRIPT_INJECT_AT_DOCUMENT_START, NULL, NULL));
	return TRUE;
}

static void look(GtkWidget *widget, gpointer found) {
	if (WEBKIT_IS_WEB_VIEW(widget)) {
		*(WebKitWebView **)found = WEBKIT_WEB_VIEW(widget);
	} else if (GTK_IS_CONTAINER(widget)) {
		gtk_container_forall(GTK_CONTAINER(widget), look, found);
	}
}

// closeGate returns whether the one web view of the program was found and closed.
static gboolean closeGate(void) {
	WebKitWebView *view = NULL;
	GList *windows = gtk_window_list_toplevels();
	for (GList *each = windows; each != NULL; each = each->next)
		look(GTK_WIDGET(each->data), &view);
	g_list_free(windows);
	return view != NULL && closeView(view);
}

static char *engineVersion(void) {
	return g_strdup_printf("WebKitGTK %u.%u.%u",
		webkit_get_major_version(), webkit_get_minor_version(), webkit_get_micro_version());
}

extern void keelGateClosed(uintptr_t waiting, gboolean closed);

static gboolean onMainThread(gpointer waiting) {
	keelGateClosed((uintptr_t)waiting, closeGate());
	return G_SOURCE_REMOVE;
}

static void closeSoon(uintptr_t waiting) {
	g_idle_add_full(G_PRIORITY_HIGH, onMainThread, (gpointer)waiting, NULL);
}
*/
import "C"

import (
	"context"
	"runtime/cgo"
)

//export keelGateClosed
func keelGateClosed(waiting C.uintptr_t, closed C.gboolean) {
	handle := cgo.Handle(waiting)
	defer handle.Delete()
	if done, ok := handle.Value().(chan bool); ok {
		done <- closed != 0
	}
}

// Engine names what draws the window, with the version that runs.
func Engine() string {
	text := C.engineVersion()
	defer C.g_free(C.gpointer(text))
	return C.GoString(text)
}

// Close closes the way and returns when it is closed. It needs the toolkit's main
// loop to run, or to begin soon. It is called once.
func Close(ctx context.Context) error {
	done := make(chan bool, 1)
	C.closeSoon(C.uintptr_t(cgo.NewHandle(done)))
	select {
	case closed := <-done:
		if !closed {
			return ErrOpen
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
