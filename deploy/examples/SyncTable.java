// SyncTable.java - sync one table with Spring's ReplyingKafkaTemplate, and print the reply.
// SPDX-License-Identifier: Apache-2.0
//
//   java -cp 'DIRECTORY WITH spring-kafka AND WHAT IT NEEDS/*' SyncTable.java
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.KafkaMessageListenerContainer;
import org.springframework.kafka.requestreply.ReplyingKafkaTemplate;

class SyncTable {
	public static void main(String[] arguments) throws Exception {
		var producers = new DefaultKafkaProducerFactory<>(
			Map.of("bootstrap.servers", "localhost:9092"),
			new StringSerializer(), new StringSerializer());
		var consumers = new DefaultKafkaConsumerFactory<>(
			Map.of("bootstrap.servers", "localhost:9092", "auto.offset.reset", "latest",
				"isolation.level", "read_committed"),
			new StringDeserializer(), new StringDeserializer());

		var properties = new ContainerProperties("tablesync.replies");
		properties.setGroupId("sync-" + UUID.randomUUID()); // each process sees all replies
		var replies = new KafkaMessageListenerContainer<>(consumers, properties);
		var template = new ReplyingKafkaTemplate<>(producers, replies);
		template.setSharedReplyTopic(true);
		template.setDefaultReplyTimeout(Duration.ofSeconds(30));
		template.afterPropertiesSet();
		template.start();
		template.waitForAssignment(Duration.ofSeconds(30));

		var job = new ProducerRecord<>("tablesync.jobs", "8.main.dbo.foobar",
			"{\"datasource_id\": 8, \"schema\": \"main.dbo\", \"table\": \"foobar\"}");
		System.out.println(template.sendAndReceive(job).get().value());

		template.stop();
		template.destroy();
		producers.destroy();
	}
}
