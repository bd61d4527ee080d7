import { useState } from 'preact/hooks';
import type { WindowItem } from '../../contract.ts';
import { useLive } from '../live/hooks.ts';
import { StateSign } from '../parts/icons.tsx';
import { Empty, Panel, Scroll } from '../parts/panel.tsx';
import { amount, brief, count, minutes } from '../text/format.ts';
import { type Minute, minutesOf, type Product, productsOf } from './windows-table.ts';

/** How many minutes are columns. */
const MINUTES = 6;
const PRODUCTS = 10;
const STATES: WindowItem['state'][] = ['open', 'closing', 'closed', 'corrected'];

/** One-minute windows of orders: their state, and the revenue of each product. */
export function WindowsPanel() {
  const legend = STATES.map((state) => (
    <span key={state} class={`sign ${state}`}>
      <StateSign state={state} /> {state}
    </span>
  ));
  return (
    <Panel
      id="windows"
      title="Windows"
      note={
        <span class="legend">
          {legend}
          <span class="sign late">
            <b>+n</b> late
          </span>
        </span>
      }
    >
      <Windows />
    </Panel>
  );
}

function Windows() {
  const { windows } = useLive('windows');
  const [isWhole, setWhole] = useState(false);
  const items = [...windows.values()];
  const columns = minutesOf(items).slice(0, MINUTES).reverse();
  const products = productsOf(items);
  if (columns.length === 0) return <Empty>No order has come yet, so no window is open.</Empty>;
  const shown = isWhole ? products : products.slice(0, PRODUCTS);
  return (
    <Scroll label="Windows by product and minute">
      <table class="windows">
        <thead>
          <tr>
            <th scope="col">product</th>
            {columns.map((minute) => (
              <MinuteHead key={minute.start} minute={minute} />
            ))}
            <th scope="col" class="number">
              revenue
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((product) => (
            <ProductRow key={product.name} product={product} columns={columns} largest={products[0]?.revenue ?? 1} />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">all {products.length} products</th>
            {columns.map(({ start, orders, revenue }) => (
              <td key={start} class="number" title={`${count(orders)} orders`}>
                {brief(revenue)}
              </td>
            ))}
            <td class="number">{amount(products.reduce((sum, { revenue }) => sum + revenue, 0))}</td>
          </tr>
        </tfoot>
      </table>
      {products.length > PRODUCTS && (
        <button type="button" class="link more" onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Show fewer products' : `Show all ${products.length} products`}
        </button>
      )}
    </Scroll>
  );
}

function MinuteHead({ minute: { start, state, late, orders } }: { minute: Minute }) {
  return (
    <th scope="col" class={`number minute ${state}`} title={`${count(orders)} orders, ${late} late`}>
      <span class="state">
        <StateSign state={state} /> {state}
      </span>
      {minutes(start)}
      {late > 0 && (
        <span class="late" title={`${late} orders came late`}>
          {' '}
          +{late}
        </span>
      )}
    </th>
  );
}

function ProductRow({ product, columns, largest }: { product: Product; columns: readonly Minute[]; largest: number }) {
  return (
    <tr>
      <th scope="row">{product.name}</th>
      {columns.map(({ start }) => {
        const item = product.windows.get(start);
        if (item === undefined)
          return (
            <td key={start} class="number none">
              –
            </td>
          );
        return (
          <td
            key={start}
            class={`number ${item.state}`}
            title={`${item.state}: ${count(item.orders)} orders, ${item.late} late`}
          >
            {amount(item.revenue)}
            {item.late > 0 && <span class="late"> +{item.late}</span>}
          </td>
        );
      })}
      <td class="number total">
        <span class="bar" style={{ width: `${(product.revenue / Math.max(1, largest)) * 100}%` }} />
        <span>{amount(product.revenue)}</span>
      </td>
    </tr>
  );
}
