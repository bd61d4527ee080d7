export const LOGINS_TOPIC = 'user-login';
