package net.alexnet.inference;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.LongConsumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import net.alexnet.io.AtomicFiles;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;

/// Nearest neighbours by a graph of small worlds (Malkov and Yashunin 2016, Lucene's HNSW), which compares with some hundreds
/// of rows however many there are, and so may miss some. It is built once and lies beside the features; the distances that it
/// gives are computed as [NearestNeighbors] does.
public final class HnswIndex implements AutoCloseable {
    private static final String FOLDER = "hnsw-1";
    private static final String VECTOR = "features";
    private static final String ROW = "row";
    private static final int MAX_CONNECTIONS = 32;
    private static final int BEAM = 200; // candidates while building
    private static final int CANDIDATES = 200; // of a query, at least
    private static final double BUFFER_MB = 256;

    /// Lucene warns on the terminal where the Vector API's module was not added at the start; it is as right without.
    private static final Logger QUIET = Logger.getLogger("org.apache.lucene");

    static {
        QUIET.setLevel(Level.SEVERE);
    }

    private final CachedFeatures features;
    private final Directory directory;
    private final DirectoryReader reader;

    private HnswIndex(CachedFeatures features, Path folder) throws IOException {
        this.features = features;
        this.directory = new MMapDirectory(folder);
        try {
            this.reader = DirectoryReader.open(directory);
        } catch (IOException | RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    /// Opens the index of features; one that is not there or damaged is built.
    ///
    /// @param progress is told how many rows have been added
    public static HnswIndex open(CachedFeatures features, LongConsumer progress) throws IOException {
        Path folder = features.folder().resolve(FOLDER);
        Optional<HnswIndex> known = find(features, folder);
        if (known.isPresent()) {
            return known.get();
        }
        Files.createDirectories(features.folder());
        Path temporary = Files.createTempDirectory(features.folder(), FOLDER + ".tmp");
        try {
            build(features, temporary, progress);
            // Opened before it stands where another process may remove it.
            HnswIndex index = new HnswIndex(features, temporary);
            boolean placed = false;
            try {
                AtomicFiles.placeTree(temporary, folder, there -> isThere(features, there));
                placed = true;
                return index;
            } finally {
                if (!placed) {
                    index.close();
                }
            }
        } finally {
            AtomicFiles.deleteTree(temporary);
        }
    }

    /// Opens what is in a folder; empty if that is nothing, cut, altered or of another version.
    private static Optional<HnswIndex> find(CachedFeatures features, Path folder) {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try {
            HnswIndex index = new HnswIndex(features, folder);
            boolean sound = false;
            try {
                sound = index.isSound();
            } finally {
                if (!sound) {
                    index.close();
                }
            }
            return sound ? Optional.of(index) : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean isThere(CachedFeatures features, Path folder) throws IOException {
        Optional<HnswIndex> index = find(features, folder);
        if (index.isPresent()) {
            index.get().close();
        }
        return index.isPresent();
    }

    private boolean isSound() throws IOException {
        for (LeafReaderContext leaf : reader.leaves()) {
            if (leaf.reader() instanceof CodecReader codec) {
                codec.checkIntegrity(); // the checksums of all files
            }
        }
        return reader.numDocs() == features.rows().size();
    }

    private static void build(CachedFeatures features, Path folder, LongConsumer progress) throws IOException {
        IndexWriterConfig config = new IndexWriterConfig()
                .setCodec(new AnyLength(Codec.getDefault(), features.length()))
                .setRAMBufferSizeMB(BUFFER_MB)
                .setUseCompoundFile(false);
        try (Directory directory = new MMapDirectory(folder);
                IndexWriter writer = new IndexWriter(directory, config)) {
            for (int i = 0; i < features.rows().size(); i++) {
                Document document = new Document();
                document.add(new KnnFloatVectorField(VECTOR, features.row(i), VectorSimilarityFunction.EUCLIDEAN));
                document.add(new StoredField(ROW, i));
                writer.addDocument(document);
                progress.accept(i + 1L);
            }
            writer.forceMerge(1);
        }
    }

    /// The nearest rows that are found, nearest first.
    ///
    /// @param query of the features' length
    /// @param count how many at most
    /// @param wanted which rows may come; it refuses few
    public List<Neighbor> nearest(float[] query, int count, IntPredicate wanted) throws IOException {
        IndexSearcher searcher = new IndexSearcher(reader);
        int candidates = Math.min(features.rows().size(), Math.max(CANDIDATES, 4 * count));
        List<Neighbor> found = new ArrayList<>();
        for (ScoreDoc hit : searcher.search(new KnnFloatVectorQuery(VECTOR, query, candidates), candidates).scoreDocs) {
            int row = searcher.storedFields().document(hit.doc).getField(ROW).numericValue().intValue();
            if (wanted.test(row)) {
                found.add(new Neighbor(row, NearestNeighbors.distance(query, features.row(row))));
            }
        }
        return found.stream().sorted(Neighbor.ORDER).limit(count).toList();
    }

    @Override
    public void close() throws IOException {
        try (directory) {
            reader.close();
        }
    }

    /// Lucene's format without its limit of 1,024 numbers, which only its writer holds to; what is written is read by the
    /// format itself.
    private static final class AnyLength extends FilterCodec {
        private final KnnVectorsFormat vectors;

        AnyLength(Codec codec, int length) {
            super(codec.getName(), codec);
            KnnVectorsFormat format = new Lucene99HnswVectorsFormat(MAX_CONNECTIONS, BEAM);
            KnnVectorsFormat unlimited = new KnnVectorsFormat(format.getName()) {
                @Override
                public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
                    return format.fieldsWriter(state);
                }

                @Override
                public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
                    return format.fieldsReader(state);
                }

                @Override
                public int getMaxDimensions(String field) {
                    return length;
                }
            };
            this.vectors = new org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat() {
                @Override
                public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                    return unlimited;
                }
            };
        }

        @Override
        public KnnVectorsFormat knnVectorsFormat() {
            return vectors;
        }
    }
}
