// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The entries of a log's folder: bundles of 256, each entry with two bytes of length before it.
func readEntries(folder string) [][]byte {
	var entries [][]byte
	for bundle := 0; bundle < 1000; bundle++ {
		path := filepath.Join(folder, "tile", "entries", fmt.Sprintf("%03d", bundle))
		data, err := os.ReadFile(path)
		if err != nil {
			data, err = os.ReadFile(path + ".part")
		}
		if err != nil {
			return entries
		}
		for len(data) >= 2 {
			length := int(binary.BigEndian.Uint16(data))
			if len(data) < 2+length {
				break
			}
			entries = append(entries, data[2:2+length])
			data = data[2+length:]
		}
	}
	log.Fatal("more than 1000 bundles")
	return nil
}

// What a log's folder holds against its newest checkpoint: its signature, the root of its entries, its tiles, a
// record of the tree. Prints "<size> entries, <tiles> tiles".
func checkLog(out *bufio.Writer, folder, vkey string) {
	message := must(os.ReadFile(filepath.Join(folder, "checkpoint")))
	opened := must(note.Open(message, note.VerifierList(must(note.NewVerifier(vkey)))))
	lines := strings.Split(opened.Text, "\n")
	size := must(strconv.ParseInt(lines[1], 10, 64))
	var root tlog.Hash
	copy(root[:], must(base64.StdEncoding.DecodeString(lines[2])))

	entries := readEntries(folder)
	var hashes storage
	for n, entry := range entries[:size] {
		hashes = append(hashes, must(tlog.StoredHashes(int64(n), entry, hashes))...)
	}
	if must(tlog.TreeHash(size, hashes)) != root {
		log.Fatal("the entries have another root than the checkpoint")
	}
	record := size / 2
	proof := must(tlog.ProveRecord(size, record, hashes))
	must(0, tlog.CheckRecord(proof, size, root, record, tlog.RecordHash(entries[record])))
	fmt.Fprintf(out, "%d entries, %d tiles\n", size, checkTiles(folder, size, hashes))
}

func checkTiles(folder string, size int64, hashes storage) int {
	tiles := 0
	for _, tile := range tlog.NewTiles(tileHeight, 0, size) {
		if tile.W != 1<<tileHeight {
			continue // Only whole tiles are on disk.
		}
		data := must(os.ReadFile(filepath.Join(folder, pathOf(tile))))
		if !bytes.Equal(data, must(tlog.ReadTileData(tile, hashes))) {
			log.Fatal(pathOf(tile), " is another tile")
		}
		tiles++
	}
	return tiles
}
