package extension

import "slices"

// Tags of an extension in the gallery protocol.
const (
	// webTag makes the workbench of a window without Node offer an extension.
	webTag = "__web_extension"
	// unsureTag is Keel's own, for one that is offered though nobody has said that it
	// works without Node.
	unsureTag = "__keel_unsure"

	propertyWeb = "Microsoft.VisualStudio.Code.WebExtension"
)

// mark makes the workbench offer an extension whatever its registry says of the
// web. Open VSX takes the tag over from what the package was made with, and many a
// theme has none: without it the workbench would neither install nor update it, nor
// take it along with a pack. Whether it works here its manifest says; the page
// looks at that first where the tag says that nobody is sure.
func mark(extension map[string]any) {
	tags, _ := extension["tags"].([]any)
	if slices.Contains(tags, any(webTag)) {
		return
	}
	tags = append(tags, webTag)
	if !saysWeb(extension) {
		tags = append(tags, unsureTag)
	}
	extension["tags"] = tags
}

// saysWeb tells whether every version of an extension is said to work in a
// browser.
func saysWeb(extension map[string]any) bool {
	versions := objects(extension["versions"])
	for _, version := range versions {
		if !slices.ContainsFunc(objects(version["properties"]), func(property map[string]any) bool {
			return text(property, "key") == propertyWeb && text(property, "value") == "true"
		}) {
			return false
		}
	}
	return len(versions) > 0
}
