package net.alexnet.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import net.alexnet.data.Content;
import net.alexnet.data.ImageDataset;
import net.alexnet.data.ListSet;
import net.alexnet.data.ProgressListener;
import net.alexnet.data.Sample;
import net.alexnet.data.image.Crop;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.Preprocessing;
import net.alexnet.data.image.TestImages;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.io.CacheFolder;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Network;
import net.alexnet.nn.TinyNetworks;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Precision;
import net.alexnet.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FeatureCacheTest {
    private static final Preprocessing PREPROCESSING = new Preprocessing(1, 12, 8, List.of(100.0), 0.02);
    private static final List<Crop> CENTER = List.of(Crop.center(12, 8));
    private static final List<Crop> MIRRORED = List.of(Crop.ten(12, 8).getLast());

    @TempDir
    private Path root;

    @AutoClose
    private final ReferenceBackend backend = new ReferenceBackend();

    @AutoClose
    private final ReferenceBackend rounding = new ReferenceBackend(Precision.BFLOAT16);

    private final List<Integer> uploads = new ArrayList<>();
    private final List<Boolean> reused = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private BooleanSupplier stop = () -> false;

    /// Prepared pictures, whose key is known without reading them.
    private static final class Prepared {
        private final int size;
        private final Set<Integer> broken = new HashSet<>();

        Prepared(int size) {
            this.size = size;
        }

        ImageDataset images() {
            return ListSet.of(List.of("a"), Collections.nCopies(size, 0), index -> {
                if (broken.contains(index)) {
                    throw new UnreadableImageException("record " + index + " was altered");
                }
                return TestImages.pattern(12, 12, 1, index);
            }).withFingerprint(size + " prepared ones");
        }
    }

    /// The backend under another description, with a look at what goes through it.
    private Backend described(Backend other, String description) {
        return (Backend) Proxy.newProxyInstance(Backend.class.getClassLoader(), new Class<?>[] {Backend.class},
                (_, method, arguments) -> {
                    if (method.getName().equals("describe")) {
                        return description;
                    }
                    if (method.getName().equals("uploadImages")) {
                        uploads.add((Integer) arguments[1]);
                    }
                    try {
                        return method.invoke(other, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private FeatureCache cached(Backend on, int batch) {
        return cached(on, batch, CENTER);
    }

    private FeatureCache cached(Backend on, int batch, List<Crop> crops) {
        AlexNet table = TinyNetworks.of(6);
        Network network = Network.initialize(table.architecture(), table.initialization(), 3, on);
        FeatureExtractor extractor = new FeatureExtractor(network,
                FeatureLayer.of(table.architecture(), "fc7"), PREPROCESSING, crops, batch, 2);
        ProgressListener listener = new ProgressListener() {
            @Override
            public void progress(String task, long done, long total) {
                assertThat(done).isLessThanOrEqualTo(total);
            }

            @Override
            public void message(String text) {
                reused.add(text.contains("used again"));
            }

            @Override
            public void warning(String text) {
                warnings.add(text);
            }
        };
        return new FeatureCache(extractor, "layers", new FeatureCache.Resources(new CacheFolder(root),
                new TestImages.Codec(), listener, "computing features", () -> stop.getAsBoolean()));
    }

    /// A row's last bits depend on what goes through the network with it, so that must not depend on who asks.
    @Test
    void whatIsComputedTogetherFollowsFromTheKeyAlone() throws Exception {
        Prepared pictures = new Prepared(FeatureCache.BATCH + 6);
        cached(described(backend, "a"), 3).of(pictures.images());
        cached(described(backend, "a"), 3, MIRRORED).of(pictures.images());
        assertThat(uploads).containsExactly(64, 64, 64, 64);
        uploads.clear();
        cached(described(backend, "a"), 1000).of(new Prepared(FeatureCache.BATCH + 1).images());
        assertThat(uploads).containsExactly(64, 64);
        uploads.clear();
        cached(described(backend, "a"), 3, Crop.ten(12, 8)).of(new Prepared(7).images());
        assertThat(uploads).as("six pictures of ten views, and one").containsExactly(64, 64);
    }

    /// Its description has prose that changes with how a device was asked for; what it rounds to is no prose.
    @Test
    void theKeyHasWhatDecidesAboutTheBitsAndNotTheDescription() throws Exception {
        Prepared pictures = new Prepared(3);
        cached(described(backend, "reference (as asked)"), 64).of(pictures.images());
        cached(described(backend, "reference (nothing else is there)"), 64).of(pictures.images());
        cached(described(rounding, "reference (as asked)"), 64).of(pictures.images());
        assertThat(reused).containsExactly(false, true, false);
    }

    @Test
    void remembersAnUnreadableImageAndTriesItAgain() throws Exception {
        Prepared pictures = new Prepared(5);
        pictures.broken.add(2);
        FeatureCache kept = cached(described(backend, "a"), 64);
        kept.of(pictures.images());
        CachedFeatures again = kept.of(pictures.images());
        assertThat(again.missing()).containsExactly(new CachedFeatures.Missing(2, "record 2 was altered"));
        assertThat(again.rows()).hasSize(4);
        assertThat(uploads).as("computed once").hasSize(1);
        pictures.broken.clear();
        CachedFeatures whole = kept.of(pictures.images());
        assertThat(whole.rows()).hasSize(5);
        assertThat(reused).containsExactly(false, true, false);
        assertThat(warnings).isEmpty();
        assertThat(whole.rows()).extracting(CachedFeatures.StoredRow::picture).containsExactly(0, 1, 2, 3, 4);
        try (Stream<Path> folders = Files.list(root.resolve("features"))) {
            Files.writeString(folders.toList().getFirst().resolve("features.json"), "{");
        }
        kept.of(pictures.images());
        assertThat(warnings).singleElement().asString().contains("damaged", root.toString());
    }

    @Test
    void aStopStoresNothingOfWhatIsUnderWay() throws Exception {
        stop = () -> uploads.size() == 3;
        FeatureCache kept = cached(described(backend, "a"), 64);
        FeatureCache mirrored = cached(described(backend, "a"), 64, MIRRORED);
        Prepared pictures = new Prepared(70);
        kept.of(pictures.images());
        assertThatThrownBy(() -> mirrored.of(pictures.images())).isInstanceOf(IOException.class)
                .hasMessageContaining("64 of 70 rows");
        try (Stream<Path> left = Files.list(root.resolve("features"))) {
            assertThat(left).as("the first crops, which were done").hasSize(1);
        }
        stop = () -> false;
        kept.of(pictures.images());
        mirrored.of(pictures.images());
        assertThat(uploads).containsExactly(64, 64, 64, 64, 64);
    }

    /// Files, of which each read is counted.
    private static final class CountedFiles {
        private final long[] stamps;
        private final AtomicIntegerArray reads;

        CountedFiles(long... stamps) {
            this.stamps = stamps;
            this.reads = new AtomicIntegerArray(stamps.length);
        }

        ImageDataset images() {
            return new ImageDataset(List.of("a"),
                    ImageDataset.list(stamps.length, i -> new Sample(new CountedFile(i), 0, i + ".jpg")));
        }

        private final class CountedFile implements Sample.Source {
            private final int index;

            CountedFile(int index) {
                this.index = index;
            }

            @Override
            public long stamp() {
                return stamps[index];
            }

            @Override
            public Content content() {
                reads.incrementAndGet(index);
                return new Content.Encoded(TestImages.Codec.file(12, 12, index));
            }

            @Override
            public Image image(byte[] buffer) {
                throw new AssertionError("reads " + index + " without the bytes that its id is made of");
            }
        }
    }

    @Test
    void everyFileIsReadOnceAndNoneIsReadForStoredFeatures() throws Exception {
        CountedFiles files = new CountedFiles(3, 4, 5);
        FeatureCache cache = cached(described(backend, "a"), 64);
        cache.of(files.images());
        cache.of(files.images());
        for (int i = 0; i < 3; i++) {
            assertThat(files.reads.get(i)).as("reads of %d", i).isOne();
        }
        cache.of(new CountedFiles(3, 4, 6).images());
        assertThat(reused).containsExactly(false, true, false);
    }

    @Test
    void nothingIsStoredOfFilesThatChangeMeanwhile() throws Exception {
        CountedFiles files = new CountedFiles(3, 4, 5);
        FeatureCache cache = cached(described(backend, "a"), 64);
        stop = () -> {
            files.stamps[1] += uploads.size();
            return false;
        };
        assertThatThrownBy(() -> cache.of(files.images())).isInstanceOf(IOException.class)
                .hasMessageContaining("changed");
        assertThat(root.resolve("features")).isEmptyDirectory();
    }

    @Test
    void moreThanTheLimitIsComputedButNotStored() throws Exception {
        CountedFiles files = new CountedFiles(3, 4, 5);
        List<float[]> stored = new ArrayList<>();
        FeatureCache cache = cached(described(backend, "a"), 64);
        assertThat(cache.each(files.images(), (_, features) -> stored.add(features))).isEmpty();
        FeatureCache small = new FeatureCache(cache.extractor(), "layers", new FeatureCache.Resources(
                new CacheFolder(root.resolve("small"), 1, Duration.ZERO), new TestImages.Codec(),
                cache.resources().listener(), cache.resources().task(), () -> false));
        List<float[]> computed = new ArrayList<>();
        assertThat(small.each(files.images(), (_, features) -> computed.add(features))).isEmpty();
        assertThat(computed).usingElementComparator(Arrays::compare).containsExactlyElementsOf(stored);
        assertThat(root.resolve("small")).doesNotExist();
    }
}
