package main

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/types/known/structpb"
	"samples/pinecone"
)

// The documentation's programs as they are published, with the import and the variables that they lack.
var deleteSamples = []sample{
	{"delete records by id", func(t *tour) {
		index := t.filled()
		deleteById(index.host)
		same("what is left", t.ids(index), []string{"id-3", "other"})
		deleteById(index.host)
	}},
	{"delete records by metadata", func(t *tour) {
		index := t.filled()
		deleteByMetadata(index.host)
		same("what is left", t.ids(index), []string{"id-1", "other"})
	}},
	{"delete all records in a namespace", func(t *tour) {
		index := t.filled()
		deleteAll(index.host)
		same("what is left", t.ids(index), []string{})
		stats := must(index.DescribeIndexStats(t.ctx))
		same("the count of the emptied namespace", stats.Namespaces["example-namespace"].VectorCount, uint32(0))
		deleteAll(index.host)
	}},
	{"deleting from a namespace that never was is refused", func(t *tour) {
		index := t.filled()
		refused(index.WithNamespace("nowhere").DeleteVectorsById(t.ctx, []string{"id-1"}), "NotFound", "Namespace not found")
		refused(index.WithNamespace("nowhere").DeleteAllVectorsInNamespace(t.ctx), "NotFound", "Namespace not found")
		refused(index.DeleteVectorsByFilter(t.ctx, object(map[string]any{})), "InvalidArgument", "Delete with empty metadata filter is not allowed")
	}},
}

type failing struct{}

func (failing) Fatalf(format string, values ...any) { panic(fmt.Sprintf(format, values...)) }

// Instead of ending the program, the samples' failures end the sample.
var log failing

var id, namespace = "id-1", "example-namespace"

func deleteById(INDEX_HOST string) {
	ctx := context.Background()

	pc, err := pinecone.NewClient(pinecone.NewClientParams{
		ApiKey: "YOUR_API_KEY",
	})
	if err != nil {
		log.Fatalf("Failed to create Client: %v", err)
	}

	// To get the unique host for an index,
	// see https://docs.pinecone.io/guides/manage-data/target-an-index
	idxConnection, err := pc.Index(pinecone.NewIndexConnParams{Host: INDEX_HOST, Namespace: "example-namespace"})
	if err != nil {
		log.Fatalf("Failed to create IndexConnection for Host: %v", err)
	}

	id1 := "id-1"
	id2 := "id-2"

	err = idxConnection.DeleteVectorsById(ctx, []string{id1, id2})
	if err != nil {
		log.Fatalf("Failed to delete vector with ID %v: %v", id, err)
	}
}

func deleteByMetadata(INDEX_HOST string) {
	ctx := context.Background()

	pc, err := pinecone.NewClient(pinecone.NewClientParams{
		ApiKey: "YOUR_API_KEY",
	})
	if err != nil {
		log.Fatalf("Failed to create Client: %v", err)
	}

	// To get the unique host for an index,
	// see https://docs.pinecone.io/guides/manage-data/target-an-index
	idxConnection, err := pc.Index(pinecone.NewIndexConnParams{Host: INDEX_HOST, Namespace: "example-namespace"})
	if err != nil {
		log.Fatalf("Failed to create IndexConnection for Host: %v", err)
	}

	metadataFilter := map[string]interface{}{
		"genre": map[string]interface{}{
			"$eq": "documentary",
		},
	}

	filter, err := structpb.NewStruct(metadataFilter)
	if err != nil {
		log.Fatalf("Failed to create metadata filter: %v", err)
	}

	err = idxConnection.DeleteVectorsByFilter(ctx, filter)
	if err != nil {
		log.Fatalf("Failed to delete vector(s) with filter %+v: %v", filter, err)
	}
}

func deleteAll(INDEX_HOST string) {
	ctx := context.Background()

	pc, err := pinecone.NewClient(pinecone.NewClientParams{
		ApiKey: "YOUR_API_KEY",
	})
	if err != nil {
		log.Fatalf("Failed to create Client: %v", err)
	}

	// To get the unique host for an index,
	// see https://docs.pinecone.io/guides/manage-data/target-an-index
	idxConnection, err := pc.Index(pinecone.NewIndexConnParams{Host: INDEX_HOST, Namespace: "example-namespace"})
	if err != nil {
		log.Fatalf("Failed to create IndexConnection for Host: %v", err)
	}

	err = idxConnection.DeleteAllVectorsInNamespace(ctx)
	if err != nil {
		log.Fatalf("Failed to delete all vectors in namespace %v: %v", namespace, err)
	}
}
