// Lists the entries of a tar archive on standard input, as JSON: a name and a
// number of bytes for each, counted while they are read.
package main

import (
	"archive/tar"
	"encoding/json"
	"io"
	"log"
	"os"
)

type entry struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
}

func main() {
	entries := []entry{}
	archive := tar.NewReader(os.Stdin)
	for {
		header, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		size, err := io.Copy(io.Discard, archive)
		if err != nil {
			log.Fatal(err)
		}
		entries = append(entries, entry{header.Name, size})
	}
	if err := json.NewEncoder(os.Stdout).Encode(entries); err != nil {
		log.Fatal(err)
	}
}
