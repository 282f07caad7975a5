package example;

import static org.apache.spark.sql.functions.col;

import net.alexnet.spark.PictureClassifier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/// Classifies all pictures of a folder into Parquet files, and counts them by class: `ClassifyPictures MODEL PICTURES OUT`.
public class ClassifyPictures {
    public static void main(String[] args) {
        SparkSession spark = SparkSession.builder().appName("ClassifyPictures").getOrCreate();
        Dataset<Row> pictures = spark.read().format("binaryFile").option("recursiveFileLookup", true).load(args[1]);
        PictureClassifier.of(args[0]).classify(pictures).write().mode("overwrite").parquet(args[2]);

        Dataset<Row> labels = spark.read().parquet(args[2]);
        labels.where(col("error").isNull()).groupBy("label").count().orderBy("label").show();
        labels.where(col("error").isNotNull()).select("path", "error").show(false);
    }
}
