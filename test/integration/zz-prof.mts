import { startTables } from '../servers.ts';
import { putIf } from '../../lib/stores/conditional-put.ts';
import { item } from '../../lib/stores/attributes.ts';
import { sideBySide } from '../../lib/stores/side-by-side.ts';
import { within } from '../../lib/deadline.ts';
import { Session } from 'node:inspector/promises';
import { writeFileSync } from 'node:fs';
const tables = await startTables();
await tables.create('vehicles','vehicleId:S');
const put = putIf(tables.client);
try {
const go = async (round: number) => sideBySide(Array.from({length:1000},(_, i)=>i), 20, (i)=>put({TableName:'vehicles',Item:item({vehicleId:`V${i%200}`,version:`${round}`,source:'raw-data-topic-0-1',eventTime:'2026-01-01T00:00:00.000Z',latitude:12.9,longitude:77.5,speed:85.1,fuelLevel:44.1,temperature:20.2}),ConditionExpression:'attribute_not_exists(#version) OR #version < :version',ExpressionAttributeNames:{'#version':'version'},ExpressionAttributeValues:{':version':{S:`${round}`}}}, within(10000)));
for (let r=10;r<13;r++) await go(r);
const s = new Session(); s.connect(); await s.post('Profiler.enable'); await s.post('Profiler.start');
for (let r=20;r<24;r++){ const c=process.cpuUsage(), t=performance.now(); await go(r); const u=process.cpuUsage(c); console.log((performance.now()-t).toFixed(0),'wall',(u.user+u.system)/1000,'cpu for 1000');}
const { profile } = await s.post('Profiler.stop'); 
const self = new Map<string, number>(); const dt = profile.timeDeltas!; const byId = new Map(profile.nodes.map(n=>[n.id,n]));
profile.samples!.forEach((id,i)=>{const n=byId.get(id)!; const k=`${n.callFrame.functionName} ${n.callFrame.url.split('/').slice(-3).join('/')}:${n.callFrame.lineNumber}`; self.set(k,(self.get(k)??0)+dt[i]!)});
console.log([...self].sort((a,b)=>b[1]-a[1]).slice(0,25).map(([k,v])=>`${(v/1000).toFixed(0)}ms ${k}`).join('\n'));
} finally { await tables.stop(); }
process.exit(0);
