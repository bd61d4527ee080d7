import { render } from 'preact';
import { App } from './app.tsx';
import { connect } from './live/live.ts';
import { showTheme } from './parts/palette.ts';

showTheme();
render(<App />, document.getElementById('page') as HTMLElement);
connect();
