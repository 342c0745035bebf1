package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
)

// writeNotices writes the parts and then each licence once, with the parts that it
// is of: many share theirs to the letter.
func writeNotices(to io.Writer, parts []part) error {
	w := bufio.NewWriter(to)
	fmt.Fprintf(w, "What Keel is made of\n\nKeel is under the MIT licence. These %d works of others come along with it.\nTheir licences are below the list.\n\n", len(parts))
	for _, p := range parts {
		fmt.Fprintf(w, "%s %s (%s)\n", p.name, p.version, p.licence)
	}
	var order []string
	holders := map[string][]string{}
	for _, p := range parts {
		for _, text := range p.texts {
			if holders[text] == nil {
				order = append(order, text)
			}
			holders[text] = append(holders[text], p.name+" "+p.version)
		}
	}
	for _, text := range order {
		fmt.Fprintf(w, "\n%s\n%s\n\n%s\n", strings.Repeat("=", 80), strings.Join(holders[text], "\n"), text)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("writing the licences: %w", err)
	}
	return nil
}

// writeBill writes a CycloneDX bill of materials, without the time and the number of
// its own that would make each one another.
func writeBill(to io.Writer, version string, parts []part) error {
	bom := cyclonedx.NewBOM()
	bom.Metadata = &cyclonedx.Metadata{Component: &cyclonedx.Component{
		BOMRef: "keel", Type: cyclonedx.ComponentTypeApplication, Name: "keel", Version: version,
		Licenses: &cyclonedx.Licenses{{License: &cyclonedx.License{ID: "MIT"}}},
	}}
	components := make([]cyclonedx.Component, len(parts))
	for i, p := range parts {
		address := "pkg:" + p.ecosystem + "/" + strings.ReplaceAll(p.name, "@", "%40") + "@" + strings.ReplaceAll(p.version, "+", "%2B")
		choice := cyclonedx.LicenseChoice{License: &cyclonedx.License{ID: p.licence}}
		if strings.Contains(p.licence, " ") {
			choice = cyclonedx.LicenseChoice{Expression: p.licence}
		}
		components[i] = cyclonedx.Component{
			BOMRef: address, Type: cyclonedx.ComponentTypeLibrary, Name: p.name, Version: p.version,
			PackageURL: address, Licenses: &cyclonedx.Licenses{choice},
		}
	}
	bom.Components = &components
	encoder := cyclonedx.NewBOMEncoder(to, cyclonedx.BOMFileFormatJSON)
	encoder.SetPretty(true)
	if err := encoder.Encode(bom); err != nil {
		return fmt.Errorf("writing the bill of materials: %w", err)
	}
	return nil
}
