import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Suppressed;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers;

/**
 * Computes the windows of orders with Apache Kafka Streams: one minute by event time, grace 10 s, one result per window
 * and product when the window closes. It runs one thread, and otherwise the defaults (at least once; RocksDB with a
 * changelog topic), except for its variant.
 *
 * <p>Arguments: brokers, input topic, output topic (also the name of the application), folder of its state, number of
 * orders to process, variant. Prints one line of JSON: the milliseconds from its first order until it has processed the last.
 */
public final class ProductMetrics {
  record Order(long cents, long time) {}

  record Sum(long count, long cents) {
    Sum plus(Order order) {
      return new Sum(count + 1, cents + order.cents());
    }
  }

  private static final long WINDOW_SECONDS = 60;
  private static final long GRACE_SECONDS = 10;

  /** What each variant sets. */
  private static final Map<String, Map<String, Object>> VARIANTS = Map.of(
      "default", Map.of(),
      "in memory", Map.of(
          StreamsConfig.DSL_STORE_SUPPLIERS_CLASS_CONFIG, BuiltInDslStoreSuppliers.InMemoryDslStoreSuppliers.class),
      "exactly once", Map.of(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2));

  public static void main(String[] args) throws Exception {
    String brokers = args[0];
    String input = args[1];
    String output = args[2];
    String folder = args[3];
    long orders = Long.parseLong(args[4]);
    Map<String, Object> variant = VARIANTS.get(args[5]);

    AtomicLong started = new AtomicLong();
    AtomicLong processed = new AtomicLong();
    AtomicLong ended = new AtomicLong();
    CountDownLatch done = new CountDownLatch(1);

    StreamsBuilder builder = new StreamsBuilder();
    Serde<Order> orderSerde = Serdes.serdeFrom(ProductMetrics::noOrderIsWritten, new OrderReader());
    Serde<Sum> sumSerde = Serdes.serdeFrom(new SumWriter(), new SumReader());
    TimestampExtractor eventTime = (ConsumerRecord<Object, Object> record, long partitionTime) ->
        ((Order) record.value()).time();
    builder
        .stream(input, Consumed.with(Serdes.String(), orderSerde).withTimestampExtractor(eventTime))
        .peek((product, order) -> started.compareAndSet(0, System.nanoTime()))
        .groupByKey(Grouped.with(Serdes.String(), orderSerde))
        .windowedBy(
            TimeWindows.ofSizeAndGrace(Duration.ofSeconds(WINDOW_SECONDS), Duration.ofSeconds(GRACE_SECONDS)))
        .aggregate(
            () -> new Sum(0, 0),
            (product, order, sum) -> {
              if (processed.incrementAndGet() == orders) {
                ended.set(System.nanoTime());
                done.countDown();
              }
              return sum.plus(order);
            },
            Materialized.with(Serdes.String(), sumSerde))
        .suppress(Suppressed.untilWindowCloses(Suppressed.BufferConfig.unbounded()))
        .toStream()
        .map((window, sum) -> KeyValue.pair(window.key(), json(window, sum)))
        .to(output, Produced.with(Serdes.String(), Serdes.String()));

    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, output);
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
    properties.put(StreamsConfig.STATE_DIR_CONFIG, folder);
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    properties.putAll(variant);
    KafkaStreams streams = new KafkaStreams(builder.build(), properties);
    streams.setUncaughtExceptionHandler(error -> {
      error.printStackTrace();
      Runtime.getRuntime().halt(1);
      return null;
    });
    streams.start();
    done.await();
    // close() commits, so all results are acknowledged afterwards.
    streams.close();
    System.out.println("{\"milliseconds\":" + (ended.get() - started.get()) / 1_000_000 + "}");
  }

  /** The six fields of product-metrics. The average is rounded half up to cents. */
  private static String json(Windowed<String> window, Sum sum) {
    long start = window.window().start() / 1000;
    long average = (2 * sum.cents() + sum.count()) / (2 * sum.count());
    return "{\"window_start\":" + start + ",\"window_end\":" + (start + WINDOW_SECONDS)
        + ",\"product_id\":\"" + window.key() + "\",\"order_count\":" + sum.count()
        + ",\"total_revenue\":" + BigDecimal.valueOf(sum.cents(), 2)
        + ",\"avg_order_value\":" + BigDecimal.valueOf(average, 2) + "}";
  }

  private static byte[] noOrderIsWritten(String topic, Order order) {
    throw new UnsupportedOperationException("the input already has the product as key, so no order is written");
  }

  /** Reads only the two needed fields with Jackson's streaming parser, its fastest one. */
  private static final class OrderReader implements Deserializer<Order> {
    private final JsonFactory json = new JsonFactory();

    @Override
    public Order deserialize(String topic, byte[] value) {
      long cents = 0;
      long time = 0;
      try (JsonParser parser = json.createParser(value)) {
        parser.nextToken();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String field = parser.currentName();
          parser.nextToken();
          if (field.equals("amount")) cents = parser.getDecimalValue().movePointRight(2).longValueExact();
          else if (field.equals("timestamp")) time = Instant.parse(parser.getText()).toEpochMilli();
        }
      } catch (IOException error) {
        throw new IllegalArgumentException(error);
      }
      return new Order(cents, time);
    }
  }

  private static final class SumWriter implements Serializer<Sum> {
    @Override
    public byte[] serialize(String topic, Sum sum) {
      return sum == null ? null : ByteBuffer.allocate(16).putLong(sum.count()).putLong(sum.cents()).array();
    }
  }

  private static final class SumReader implements Deserializer<Sum> {
    @Override
    public Sum deserialize(String topic, byte[] bytes) {
      if (bytes == null) return null;
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      return new Sum(buffer.getLong(), buffer.getLong());
    }
  }
}
