// SPDX-License-Identifier: Apache-2.0

// The second opinion on trees and notes: what Go's x/mod says of the same leaves and texts, one line for
// each answer. oracle_test.cc compares. Hashes are hexadecimal, notes base64.
package main

import (
	"bufio"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log"
	mathrand "math/rand"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	sizeMax    = 2000
	tileHeight = 8
)

// Every proof of trees up to smallSize, and of these.
const smallSize = 48

var allProofsOf = map[int64]bool{255: true, 256: true, 257: true, 1024: true, sizeMax: true}

type storage []tlog.Hash

func (s storage) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = s[index]
	}
	return hashes, nil
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

// The stored hashes of sizeMax leaves, as oracle_test.cc makes the leaves too.
func makeTree(seed string) storage {
	var hashes storage
	for n := int64(0); n < sizeMax; n++ {
		entry := []byte(fmt.Sprintf("entry %s %d", seed, n))
		hashes = append(hashes, must(tlog.StoredHashes(n, entry, hashes))...)
	}
	return hashes
}

func joined(hashes []tlog.Hash) string {
	texts := make([]string, len(hashes))
	for i, hash := range hashes {
		texts[i] = hex.EncodeToString(hash[:])
	}
	return strings.Join(texts, " ")
}

// Calls each with all, or some, of the numbers from first to size.
func pick(random *mathrand.Rand, first, size int64, each func(int64)) {
	if size <= smallSize || allProofsOf[size] {
		for n := first; n <= size; n++ {
			each(n)
		}
		return
	}
	for i := 0; i < 4; i++ {
		each(first + random.Int63n(size-first+1))
	}
}

func roots(out *bufio.Writer, tree storage) {
	for size := int64(1); size <= sizeMax; size++ {
		root := must(tlog.TreeHash(size, tree))
		fmt.Fprintf(out, "%d %s\n", size, hex.EncodeToString(root[:]))
	}
}

func inclusions(out *bufio.Writer, tree storage, random *mathrand.Rand) {
	for size := int64(1); size <= sizeMax; size++ {
		pick(random, 0, size-1, func(index int64) {
			proof := must(tlog.ProveRecord(size, index, tree))
			fmt.Fprintf(out, "%d %d %s\n", index, size, joined(proof))
		})
	}
}

func consistencies(out *bufio.Writer, tree storage, random *mathrand.Rand) {
	for size := int64(1); size <= sizeMax; size++ {
		pick(random, 1, size, func(from int64) {
			proof := must(tlog.ProveTree(size, from, tree))
			fmt.Fprintf(out, "%d %d %s\n", from, size, joined(proof))
		})
	}
}

// A path of x/mod names the height, one of tlog-tiles does not.
func pathOf(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
}

// Which tiles a growth makes, with a digest of their bytes. x/mod lists the partial ones of every size on
// the way; those of the last size count, and only if they grew.
func tiles(out *bufio.Writer, tree storage, random *mathrand.Rand) {
	for size := int64(1); size <= sizeMax; size++ {
		from := random.Int63n(size + 1)
		fmt.Fprintf(out, "%d %d", from, size)
		for _, tile := range tlog.NewTiles(tileHeight, from, size) {
			had, has := from>>(tileHeight*tile.L), size>>(tileHeight*tile.L)
			isWhole := tile.W == 1<<tileHeight
			if isWhole || (had != has && tile.N == has>>tileHeight && int64(tile.W) == has%256) {
				data := must(tlog.ReadTileData(tile, tree))
				fmt.Fprintf(out, " %s %x", pathOf(tile), sha256.Sum256(data))
			}
		}
		fmt.Fprintln(out)
	}
}

// Nodes of the whole tree, read out of its tiles.
func nodes(out *bufio.Writer, tree storage) {
	for level := 0; sizeMax>>level > 0; level++ {
		for index := int64(0); index < sizeMax>>level; index++ {
			stored := tlog.StoredHashIndex(level, index)
			tile := tlog.TileForIndex(tileHeight, stored)
			hash := must(tlog.HashFromTile(tile, must(tlog.ReadTileData(tile, tree)), stored))
			fmt.Fprintf(out, "%d %d %s\n", level, index, hex.EncodeToString(hash[:]))
		}
	}
}

// Signed notes with the keys that verify them: "<vkey> <vkey> <note>".
func notes(out *bufio.Writer) {
	for i := 0; i < 50; i++ {
		firstKey, firstVkey, err := note.GenerateKey(rand.Reader, fmt.Sprintf("log.example/%d", i))
		must(0, err)
		secondKey, secondVkey, err := note.GenerateKey(rand.Reader, "第二.example")
		must(0, err)
		text := fmt.Sprintf("origin %d\n%d\nline of é\n%s", i, i, strings.Repeat("\nmore\n", i%4))
		signed := must(note.Sign(&note.Note{Text: text}, must(note.NewSigner(firstKey)), must(note.NewSigner(secondKey))))
		fmt.Fprintf(out, "%s %s %s\n", firstVkey, secondVkey, base64.StdEncoding.EncodeToString(signed))
	}
}

// Reads "<vkey> <note>" lines; says "good" or "bad" of each.
func open(out *bufio.Writer) {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		vkey, encoded, _ := strings.Cut(lines.Text(), " ")
		verifier := must(note.NewVerifier(vkey))
		message := must(base64.StdEncoding.DecodeString(encoded))
		if _, err := note.Open(message, note.VerifierList(verifier)); err != nil {
			fmt.Fprintln(out, "bad")
		} else {
			fmt.Fprintln(out, "good")
		}
	}
	must(0, lines.Err())
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	if len(os.Args) == 4 && os.Args[1] == "log" {
		checkLog(out, os.Args[2], os.Args[3])
		return
	}
	if len(os.Args) != 3 {
		log.Fatal("usage: oracle roots|inclusions|consistencies|tiles|nodes|notes|open SEED, oracle log FOLDER VKEY")
	}
	seed := os.Args[2]
	random := mathrand.New(mathrand.NewSource(int64(must(strconv.Atoi(seed)))))
	switch os.Args[1] {
	case "roots":
		roots(out, makeTree(seed))
	case "inclusions":
		inclusions(out, makeTree(seed), random)
	case "consistencies":
		consistencies(out, makeTree(seed), random)
	case "tiles":
		tiles(out, makeTree(seed), random)
	case "nodes":
		nodes(out, makeTree(seed))
	case "notes":
		notes(out)
	case "open":
		open(out)
	default:
		log.Fatal("no such question: ", os.Args[1])
	}
}
