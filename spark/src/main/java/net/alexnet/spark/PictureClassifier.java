package net.alexnet.spark;

import module java.base;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/// Classifies the pictures of a Spark job, or computes their features. The answers have the bits of
/// [net.alexnet.ImageClassifier].
///
/// ```java
/// Dataset<Row> pictures = spark.read().format("binaryFile").load("hdfs:///pictures");
/// PictureClassifier.of("model.safetensors").classify(pictures).write().parquet("hdfs:///labels");
/// ```
///
/// **Pictures** are rows with the columns `path` (a string) and `content` (the bytes of a file, any format that the library
/// reads). Without a column `content` the executors read the files, by plain paths or URIs `file:` that all of them see.
/// Spark's `binaryFile` leaves out files of no bytes.
///
/// **A picture that cannot be read** is a row whose column `error` has the reason and whose answers are null. It does not end
/// the job.
///
/// **The model** is a file that `spark-submit --files model.safetensors` sends along, named by its last part, or a path that
/// all executors see, such as a run's folder. (What `SparkContext.addFile` sends later does not reach the tasks of a `Dataset` in
/// Spark 4.2.) Each executor loads it once, and all its tasks use it with `spark.executor.cores` threads, or those of the machine
/// where that is not set. It stays in memory until the executor ends. A file that is replaced is loaded again; a run that
/// goes on is not.
///
/// A value: each method returns a changed copy.
///
/// @param model its file's or folder's name
/// @param top how many of the most probable classes a row names, at least 1
public record PictureClassifier(String model, int top) implements Serializable {
    private static final String PATH = "path";
    private static final String CONTENT = "content";
    private static final String ERROR = "error";

    private static final StructType CLASSIFIED = new StructType().add(PATH, DataTypes.StringType)
            .add("label", DataTypes.StringType)
            .add("probability", DataTypes.FloatType)
            .add("labels", DataTypes.createArrayType(DataTypes.StringType, false))
            .add("probabilities", DataTypes.createArrayType(DataTypes.FloatType, false))
            .add(ERROR, DataTypes.StringType);

    private static final StructType FEATURES = new StructType().add(PATH, DataTypes.StringType)
            .add("features", DataTypes.createArrayType(DataTypes.FloatType, false))
            .add(ERROR, DataTypes.StringType);

    public PictureClassifier {
        if (top < 1) {
            throw new IllegalArgumentException("top must be at least 1, found " + top);
        }
    }

    /// A model, and the five most probable classes.
    public static PictureClassifier of(String model) {
        return new PictureClassifier(model, 5);
    }

    /// How many of the most probable classes a row names, at least 1; all where the model has fewer.
    public PictureClassifier top(int count) {
        return new PictureClassifier(model, count);
    }

    /// Classifies pictures.
    ///
    /// @param pictures with the columns `path` and, unless the executors read the files, `content`
    /// @return a row for each: `path`; `label` and `probability` (0 to 1) of the most probable class; `labels` and
    ///     `probabilities` of the most probable ones, best first; `error`
    /// @throws IllegalArgumentException if a column is missing or has another type
    /// @throws IllegalStateException if this version of Java corrupts Spark's data
    public Dataset<Row> classify(Dataset<Row> pictures) {
        return answer(pictures, CLASSIFIED, new PictureTask(model, new PictureTask.Classes(top)));
    }

    /// Computes the outputs of a layer for pictures.
    ///
    /// @param pictures as for [#classify]
    /// @param layer as [net.alexnet.inference.FeatureLayer] names it, such as `fc7`
    /// @return a row for each: `path`; `features`, the layer's values, `(C, H, W)` in row-major order where they are maps;
    ///     `error`
    /// @throws IllegalArgumentException as for [#classify]
    /// @throws IllegalStateException as for [#classify]
    public Dataset<Row> features(Dataset<Row> pictures, String layer) {
        return answer(pictures, FEATURES, new PictureTask(model, new PictureTask.Layer(layer)));
    }

    private static Dataset<Row> answer(Dataset<Row> pictures, StructType schema, PictureTask task) {
        JavaVersion.require();
        require(pictures.schema(), PATH, DataTypes.StringType);
        boolean bytes = List.of(pictures.columns()).contains(CONTENT);
        if (bytes) {
            require(pictures.schema(), CONTENT, DataTypes.BinaryType);
        }
        return (bytes ? pictures.select(PATH, CONTENT) : pictures.select(PATH)).mapPartitions(task,
                Encoders.row(schema));
    }

    private static void require(StructType schema, String column, DataType type) {
        DataType found = Stream.of(schema.fields()).filter(field -> field.name().equals(column))
                .map(field -> field.dataType()).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("pictures need the column '" + column
                        + "', found " + String.join(", ", schema.fieldNames())
                        + ": rename one with withColumnRenamed"));
        if (!found.equals(type)) {
            throw new IllegalArgumentException("the column '" + column + "' must be of type " + type.simpleString()
                    + ", found " + found.simpleString());
        }
    }
}
