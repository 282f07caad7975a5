package net.alexnet.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import module java.base;
import net.alexnet.data.image.ColorPca;
import net.alexnet.data.image.MeanImage;
import net.alexnet.data.image.PixelStatistics;
import net.alexnet.io.AtomicFiles;
import net.alexnet.io.RegularFile;
import net.alexnet.io.Texts;

/// `dataset.json`, the description of a prepared dataset. It is written last, so a dataset that has it is complete.
///
/// @param format [#FORMAT] in files of this program
/// @param source of the dataset
/// @param scaling [#SCALING], for people
/// @param preparation the settings
/// @param classes the names of the classes; a label is an index into this list
/// @param synsets the synset of each class, in the same order; empty if they are not ImageNet's
/// @param training the training part
/// @param validation the validation part, which may have no pictures
/// @param duplicates how many pictures are in two places
/// @param statistics of the training images as they decode from the shards
record DatasetFile(
        String format,
        SourceFingerprint source,
        String scaling,
        PreparationSettings preparation,
        List<String> classes,
        List<Synset> synsets,
        Part training,
        Part validation,
        DuplicateCount duplicates,
        Statistics statistics) {
    static final String FILE = "dataset.json";

    private static final String ANY_FORMAT = "alexnet-dataset-";

    private static final Pattern OURS = Pattern.compile("\\s*\\{\\s*\"format\"\\s*:\\s*\"" + ANY_FORMAT);
    private static final int START_BYTES = 200;

    /// Another number when one program cannot read, or would misread, what another prepared.
    static final String FORMAT = ANY_FORMAT + 1;

    /// §2 of the paper, and the interpolation of its source (cuda-convnet2, `make-data`).
    static final String SCALING = "the shorter side to `side` pixels by area averaging (by cubic interpolation where it"
            + " grows), then the middle square";

    /// One split.
    ///
    /// @param pictures how many are stored
    /// @param perClass how many of each class
    /// @param rejected how many were left out
    record Part(int pictures, List<Integer> perClass, int rejected, List<Shard> shards) {
        Part {
            perClass = List.copyOf(perClass);
            shards = List.copyOf(shards);
            long counted = perClass.stream().mapToLong(Integer::longValue).sum();
            long stored = shards.stream().mapToLong(Shard::pictures).sum();
            if (pictures < 0 || rejected < 0 || counted != pictures || stored != pictures
                    || perClass.stream().anyMatch(count -> count < 0)) {
                throw new IllegalArgumentException("a split of " + pictures + " pictures, " + counted
                        + " by its classes, " + stored + " by its shards, and " + rejected
                        + " left out; expected the same number by all");
            }
        }
    }

    /// @param groups of equal pictures
    /// @param pictures in these groups
    /// @param near validation pictures that are near copies of training pictures
    record DuplicateCount(int groups, int pictures, int near) {
        DuplicateCount {
            if (groups < 0 || pictures < 2L * groups || near < 0) {
                throw new IllegalArgumentException(groups + " groups of equal pictures, of " + pictures
                        + " pictures, and " + near + " near copies");
            }
        }

        /// What a user should know of these pictures if all are dealt into folds.
        ///
        /// @param table that lists them
        List<String> foldWarnings(Path table) {
            return pictures + near == 0
                    ? List.of()
                    : List.of("some pictures are equal to others or look like copies, and may be in different folds, so"
                            + " the validation error may be too low; " + table + " lists them");
        }

        /// What a user should know of these pictures.
        ///
        /// @param table that lists them
        List<String> warnings(Path table) {
            List<String> warnings = new ArrayList<>();
            if (pictures > 0) {
                warnings.add(String.format(Locale.ROOT,
                        "%,d pictures are equal to one of another split or class; %s lists them", pictures, table));
            }
            if (near > 0) {
                warnings.add(Texts.count(near, "validation picture") + " look" + (near == 1 ? "s" : "")
                        + " like a copy of a training picture, so the validation error may be too low; " + table
                        + " lists them");
            }
            return warnings;
        }
    }

    /// [PixelStatistics] in the units of 8-bit samples, 0..255.
    ///
    /// @param principalComponents of color, by falling standard deviation
    /// @param meanImage by row, column and channel, to four decimals
    @SuppressWarnings("ArrayRecordComponent") // never compared; boxes would take five times the memory
    record Statistics(
            List<Double> mean, List<Double> deviation, List<ColorPca.Component> principalComponents,
            double[][][] meanImage) {
        private static final double DECIMALS = 1e4;

        Statistics {
            mean = List.copyOf(mean);
            deviation = List.copyOf(deviation);
            principalComponents = List.copyOf(principalComponents);
        }

        static Statistics of(PixelStatistics statistics) {
            MeanImage mean = statistics.meanImage();
            double[][][] rows = new double[mean.side()][mean.side()][mean.channels()];
            int from = 0;
            for (double[][] row : rows) {
                for (double[] pixel : row) {
                    for (int c = 0; c < pixel.length; c++) {
                        pixel[c] = Math.rint(mean.values()[from++] * DECIMALS) / DECIMALS;
                    }
                }
            }
            return new Statistics(statistics.mean(), statistics.std(), statistics.colorPca().components(), rows);
        }

        PixelStatistics read(int pictures, int side, int channels) {
            double[] samples = Arrays.stream(meanImage).flatMap(Arrays::stream).flatMapToDouble(Arrays::stream)
                    .toArray();
            int expected = side * side * channels;
            if (samples.length != expected) {
                throw new IllegalArgumentException(
                        "a mean image of " + samples.length + " values, expected " + expected);
            }
            requireFinite(mean);
            requireFinite(deviation);
            for (ColorPca.Component component : principalComponents) {
                requireFinite(component.vector());
                requireFinite(List.of(component.std()));
            }
            float[] values = new float[expected];
            for (int i = 0; i < expected; i++) {
                values[i] = (float) samples[i];
            }
            return new PixelStatistics(pictures, mean, deviation, new MeanImage(side, channels, values),
                    new ColorPca(principalComponents));
        }

        private static void requireFinite(List<Double> values) {
            if (!values.stream().allMatch(Double::isFinite)) {
                throw new IllegalArgumentException("not all of " + values + " are numbers");
            }
        }
    }

    DatasetFile {
        classes = List.copyOf(classes);
        synsets = List.copyOf(synsets);
        if (new HashSet<>(classes).size() != classes.size()) {
            throw new IllegalArgumentException("a class has the name of another: " + ClassNames.listed(classes));
        }
        if (training.pictures == 0) {
            throw new IllegalArgumentException("no training picture; expected one or more");
        }
        if (training.perClass.size() != classes.size() || validation.perClass.size() != classes.size()) {
            throw new IllegalArgumentException(classes.size() + " classes, but counts for " + training.perClass.size()
                    + " in training and for " + validation.perClass.size() + " in validation");
        }
        if (!synsets.isEmpty() && synsets.size() != classes.size()) {
            throw new IllegalArgumentException(classes.size() + " classes, but " + synsets.size() + " synsets");
        }
    }

    /// Whether a folder has a `dataset.json` of ours, of any version: other programs use that name too.
    static boolean isIn(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (InputStream in = RegularFile.open(file)) {
            return OURS.matcher(new String(in.readNBytes(START_BYTES), StandardCharsets.UTF_8)).lookingAt();
        } catch (IOException e) {
            return true; // reading it will report the failure
        }
    }

    void write(Path folder) throws IOException {
        byte[] bytes = Json.INDENTED.writeValueAsBytes(this);
        AtomicFiles.write(folder.resolve(FILE), out -> out.write(bytes));
    }

    /// @throws DatasetException if it is of another version of the format or cannot be understood
    static DatasetFile read(Path folder) throws IOException {
        Path path = folder.resolve(FILE);
        try {
            JsonNode json = Json.INDENTED.readTree(RegularFile.read(path, RegularFile.TEXT_LIMIT));
            String format = json.path("format").asText();
            if (!format.equals(FORMAT)) {
                throw new DatasetException(path + " is of the format '" + format + "', expected '" + FORMAT + "': "
                        + (format.startsWith(ANY_FORMAT)
                                ? "another version of this program wrote it. Remove " + folder
                                        + " and prepare it again: ./alexnet prepare SOURCE " + folder
                                : "it is not a prepared dataset's"));
            }
            DatasetFile file = Json.INDENTED.treeToValue(json, DatasetFile.class);
            file.requireShards(path, Split.TRAINING, file.training);
            file.requireShards(path, Split.VALIDATION, file.validation);
            return file;
        } catch (JsonProcessingException e) {
            throw new DatasetException(
                    path + " cannot be understood: " + Json.reason(e) + ". Copy it again, or remove " + folder
                            + " and prepare it again",
                    e);
        }
    }

    private void requireShards(Path path, Split split, Part part) throws DatasetException {
        for (int i = 0; i < part.shards.size(); i++) {
            String file = part.shards.get(i).file();
            if (!file.equals(split.shardFile(i))) { // so that no name leads out of the folder
                throw new DatasetException(
                        path + " names a shard '" + file + "', expected '" + split.shardFile(i) + "'");
            }
        }
    }
}
