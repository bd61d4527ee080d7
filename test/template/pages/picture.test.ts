import { PACKAGING_MS } from '../compiled.ts';
import { pictures } from './picture.ts';

test(
  'the picture of docs/architecture.md is that of the compiled template: node test/template/pages/picture.ts writes it',
  async () => {
    const { page, template } = await pictures();

    expect(template).toContain(
      '--> processTelemetry([processTelemetry]) --> topic_alerts_topic & topic_processed_data_topic',
    );
    expect(page).toBe(template);
  },
  PACKAGING_MS,
);
