import { RAW } from '../fleet/places.ts';
import { at, type Mutation, testMutations } from './mutation.fixture.ts';

const PLACE = 'committed offsets';

const mutations: Mutation[] = [
  [
    'an offset that went back, and ahead again',
    PLACE,
    'outOfOrder',
    ({ commits }) => {
      const last = at(commits, -1);
      commits.push({ ...last, offset: last.offset - 1 }, last);
    },
  ],
  [
    'an offset past the end of its topic',
    PLACE,
    'unexpected',
    ({ commits, topics }) => {
      const { partition, end } = at(topics[RAW].partitions, 0);
      commits.push({ group: 'g', topic: RAW, partition, offset: end + 1, timestamp: 0 });
    },
  ],
];

testMutations(PLACE, mutations);
