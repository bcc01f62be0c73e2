import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Base64;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Reads values, base64, one a line; sends them with Java's client to topic args[1] at args[0], packed by args[2]. */
public class JavaProducer {
    public static void main(String[] args) throws Exception {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", args[0]);
        settings.put("compression.type", args[2]);
        settings.put("linger.ms", "200");
        settings.put("max.request.size", "200000000");
        settings.put("buffer.memory", "400000000");
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (String line = lines.readLine(); line != null; line = lines.readLine())
                producer.send(new ProducerRecord<>(args[1], 0, null, Base64.getDecoder().decode(line))).get();
        }
    }
}
